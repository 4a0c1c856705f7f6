using System.Text;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// The texts and lines of a group of questions as numbers: equal texts have equal numbers whatever batch they came in,
/// and lines that are the same by <see cref="Line.ByName"/> have the same number, so that counting the lines of a
/// question compares no text. One thread.
/// </summary>
internal sealed class HeldNames
{
    /// <summary>All flows of lines that are not known are one line.</summary>
    public const int UnknownLine = 0;

    private readonly StringPool texts = new();
    private readonly List<string?> made = [];
    private readonly int defaultRealm;
    private readonly Dictionary<(int Realm, Ip Address), int> ofAddress = [];
    private readonly List<bool> isNamed = [false];
    private int[] ofSubscriber = new int[64];
    private int[] known = [];
    private RowBatch? batch;

    public HeldNames() => defaultRealm = texts.Add(Line.DefaultRealm);

    /// <summary>Lines so far, the unknown one among them.</summary>
    public int Lines => isNamed.Count;

    /// <summary>Texts so far, the empty one among them.</summary>
    public int Texts => texts.Count;

    /// <summary>Number of a text of a batch. Batches come one after the other.</summary>
    public int Text(RowBatch rows, int number)
    {
        if (!ReferenceEquals(rows, batch))
        {
            batch = rows;
            known = known.Length < rows.Strings.Count ? new int[rows.Strings.Count] : known;
            known.AsSpan(0, rows.Strings.Count).Clear();
        }

        // 0 is the empty string in both, and stands here for "not asked yet" too.
        if (known[number] == 0)
        {
            known[number] = texts.Add(rows.Strings[number]);
        }

        return known[number];
    }

    /// <summary>Number of any text.</summary>
    public int Text(string text) => texts.Add(Encoding.UTF8.GetBytes(text));

    /// <summary>The text of a number, made once.</summary>
    public string Text(int number)
    {
        while (made.Count <= number)
        {
            made.Add(null);
        }

        return made[number] ??= texts.Text(number);
    }

    /// <summary>Number of the line of a flow.</summary>
    /// <param name="realm">Text of its realm.</param>
    /// <param name="subscriber">Text of its reference.</param>
    /// <param name="address">Its inside address.</param>
    public int LineOf(int realm, int subscriber, Ip address)
    {
        if (subscriber != 0)
        {
            return OfSubscriber(subscriber);
        }

        if (address.IsNone)
        {
            return UnknownLine;
        }

        var key = (realm == defaultRealm ? 0 : realm, address);
        if (!ofAddress.TryGetValue(key, out int line))
        {
            line = Lines;
            isNamed.Add(false);
            ofAddress.Add(key, line);
        }

        return line;
    }

    /// <summary>Whether a line has a reference: then no session names it.</summary>
    public bool IsNamed(int line) => isNamed[line];

    private int OfSubscriber(int subscriber)
    {
        if (subscriber >= ofSubscriber.Length)
        {
            Array.Resize(ref ofSubscriber, Math.Max(subscriber + 1, ofSubscriber.Length * 2));
        }

        if (ofSubscriber[subscriber] == 0)
        {
            ofSubscriber[subscriber] = Lines;
            isNamed.Add(true);
        }

        return ofSubscriber[subscriber];
    }
}
