using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Referrals;

/// <summary>
/// The verdicts of an unfinished run, so that a stop loses one group at most: a file of JSON lines beside the output,
/// its first line saying what of it is the state. A torn last line is passed over. It is not synced: after a power cut
/// what is missing is asked again. Finished runs leave none.
/// </summary>
internal sealed class ReferralState : IDisposable
{
    public const string FileName = "unfinished.ndjson";

    private readonly StreamWriter writer;

    private ReferralState(StreamWriter writer, Dictionary<int, LineVerdict> known)
    {
        this.writer = writer;
        Known = known;
    }

    /// <summary>Verdicts of an earlier run, by row.</summary>
    public IReadOnlyDictionary<int, LineVerdict> Known { get; }

    /// <summary>
    /// What a state must be of to be gone on with: the referral, the plan, the list, the period and what may be opened.
    /// </summary>
    public static string Identify(IEnumerable<string> facts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string fact in facts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{fact.Length}:{fact}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Goes on with the state in a folder, or begins one.</summary>
    /// <exception cref="ArchiveException">There is one of another referral.</exception>
    public static ReferralState Open(string folder, string identity)
    {
        string file = Path.Combine(folder, FileName);
        Dictionary<int, LineVerdict> known = File.Exists(file) ? Read(file, identity) : [];

        // Written anew, so that nothing is appended to a torn line.
        var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var state = new ReferralState(new StreamWriter(stream), known);
        state.writer.WriteLine(JsonSerializer.Serialize(new Head(identity)));
        state.Add([.. known.Values]);
        return state;
    }

    /// <summary>Keeps the verdicts of a group.</summary>
    public void Add(IReadOnlyList<LineVerdict> verdicts)
    {
        foreach (LineVerdict verdict in verdicts)
        {
            writer.WriteLine(JsonSerializer.Serialize(verdict));
        }

        writer.Flush();
    }

    /// <summary>The outputs are there; the state is of no more use.</summary>
    public static void Remove(string folder) => File.Delete(Path.Combine(folder, FileName));

    public void Dispose() => writer.Dispose();

    private static Dictionary<int, LineVerdict> Read(string file, string identity)
    {
        var known = new Dictionary<int, LineVerdict>();
        string[] lines = File.ReadAllLines(file);
        if (lines.Length == 0 || !TryRead(lines[0], out Head? head))
        {
            return known;
        }

        if (head!.Identity != identity)
        {
            throw new ArchiveException(
                $"{file} is of another referral, plan or period; remove it, or give another --out");
        }

        foreach (string line in lines.Skip(1))
        {
            if (TryRead(line, out LineVerdict? verdict))
            {
                known[verdict!.Row] = verdict;
            }
        }

        return known;
    }

    private static bool TryRead<T>(string line, out T? value)
    {
        try
        {
            value = JsonSerializer.Deserialize<T>(line);
            return value is not null;
        }
        catch (JsonException)
        {
            value = default;
            return false;
        }
    }

    private sealed record Head(string Identity);
}
