using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// Who is enrolled: read from a folder of signed enrolments, each checked against the pinned keys of operator and
/// custodian. A file that does not verify is an error, not a person less: somebody put it there.
/// </summary>
internal sealed class People
{
    public const string Ending = ".enrolment";

    private readonly Dictionary<Id16, Enrolment> byPerson = [];

    /// <summary>The newest enrolment of each person.</summary>
    public IReadOnlyCollection<Enrolment> All => byPerson.Values;

    /// <summary>Reads a folder; an absent one has nobody.</summary>
    /// <exception cref="ArchiveException">A file is no enrolment signed by both roles.</exception>
    public static People Load(string folder, ControlTrust trust)
    {
        var people = new People();
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Ending) : [];
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            Refusal refusal = Enrolment.TryVerify(File.ReadAllBytes(file), trust, out Enrolment? enrolment);
            if (refusal != Refusal.None)
            {
                throw new ArchiveException($"{file} is no enrolment to rely on: {refusal.Sentence()}; remove it");
            }

            people.Add(enrolment!);
        }

        return people;
    }

    /// <summary>The newest enrolment of each of these people, as operator and custodian signed it.</summary>
    public static List<ReadOnlyMemory<byte>> Papers(string folder, ControlTrust trust, IReadOnlySet<Id16> wanted)
    {
        var newest = new SortedDictionary<string, (ulong Number, byte[] Bytes)>(StringComparer.Ordinal);
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Ending) : [])
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (Enrolment.TryVerify(bytes, trust, out Enrolment? person) == Refusal.None
                && wanted.Contains(person!.Person)
                && (!newest.TryGetValue(person.Person.ToString(), out var known) || known.Number < person.Number))
            {
                newest[person.Person.ToString()] = (person.Number, bytes);
            }
        }

        return [.. newest.Values.Select(pair => new ReadOnlyMemory<byte>(pair.Bytes))];
    }

    /// <summary>The person, or null.</summary>
    public Enrolment? Find(Id16 person) => byPerson.GetValueOrDefault(person);

    /// <summary>Adds an enrolment that was verified; an older one than is known changes nothing.</summary>
    public void Add(Enrolment enrolment)
    {
        if (!byPerson.TryGetValue(enrolment.Person, out Enrolment? known) || known.Number < enrolment.Number)
        {
            byPerson[enrolment.Person] = enrolment;
        }
    }
}
