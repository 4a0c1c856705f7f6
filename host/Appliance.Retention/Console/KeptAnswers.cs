using Appliance.Retention.Answers;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>An answer as it was given: to be looked at again and downloaded, without asking again.</summary>
/// <param name="Owner">Session that asked; nobody else finds it.</param>
/// <param name="Request">Request it was asked under.</param>
/// <param name="Page">Its page.</param>
/// <param name="Files">The same in the formats to hand over.</param>
/// <param name="Statement">The store's signed search statement, which has the hash of the JSON file.</param>
internal sealed record KeptAnswer(
    Session Owner,
    Id16 Request,
    Html Page,
    IReadOnlyDictionary<AnswerFormat, string> Files,
    ReadOnlyMemory<byte> Statement)
{
    public long Characters => Page.ToString().Length + Files.Values.Sum(file => (long)file.Length);
}

/// <summary>
/// The newest answers, in memory alone: nothing of an answer is written to a disk. When full, the oldest is forgotten.
/// </summary>
internal sealed class KeptAnswers
{
    private readonly Lock one = new();
    private readonly List<(int Number, KeptAnswer Answer)> kept = [];
    private long characters;
    private int last;

    public int Add(KeptAnswer answer)
    {
        lock (one)
        {
            kept.Add((++last, answer));
            characters += answer.Characters;
            while (kept.Count > 1
                && (kept.Count > ConsoleLimits.AnswersMax || characters > ConsoleLimits.AnswerCharactersMax))
            {
                characters -= kept[0].Answer.Characters;
                kept.RemoveAt(0);
            }

            return last;
        }
    }

    /// <summary>Forgets what a session asked, when it ends.</summary>
    public void Forget(Session owner)
    {
        lock (one)
        {
            kept.RemoveAll(known => ReferenceEquals(known.Answer.Owner, owner));
            characters = kept.Sum(known => known.Answer.Characters);
        }
    }

    /// <summary>The answer, or null where it was forgotten or somebody else asked.</summary>
    public KeptAnswer? Find(int number, Session owner)
    {
        lock (one)
        {
            foreach ((int Number, KeptAnswer Answer) known in kept)
            {
                if (known.Number == number && ReferenceEquals(known.Answer.Owner, owner))
                {
                    return known.Answer;
                }
            }

            return null;
        }
    }
}
