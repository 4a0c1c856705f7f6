using System.Text;
using System.Text.Json;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>A hold as its warden keeps it.</summary>
/// <param name="Statement">What the warden signed when it was made.</param>
/// <param name="Signed">The signed bytes.</param>
/// <param name="Question">Question that it was made for, as logged.</param>
/// <param name="Key">The case key; null where it is destroyed.</param>
/// <param name="End">What the warden signed when it destroyed the key; empty before.</param>
internal sealed record HeldCase(
    HoldStatement Statement, byte[] Signed, byte[] Question, StoreKey? Key, byte[] End)
{
    /// <summary>What stands for the hold in statements of releases: the id of its statement.</summary>
    public Hash32 Place => SignedObject.TryRead(SignedType.Hold, Signed, out SignedObject? read) == Refusal.None
        ? read!.Id
        : throw new InvalidOperationException("a hold is kept with the statement that was signed for it");
}

/// <summary>
/// The case keys of legal holds: drawn here, so that what is held opens by this warden alone, and destroyed here when
/// their time is over. A file each, <c>holds/ID.json</c>; replaced, durable, by one without the key. One thread.
/// </summary>
internal sealed class CaseKeys
{
    private const int Version = 1;
    private readonly string folder;
    private readonly StoreKey warden;
    private readonly SortedDictionary<string, HeldCase> cases = new(StringComparer.Ordinal);

    private CaseKeys(string folder, StoreKey warden)
    {
        this.folder = folder;
        this.warden = warden;
    }

    /// <summary>By name.</summary>
    public IReadOnlyCollection<HeldCase> All => cases.Values;

    /// <summary>Reads the folder; an absent one has none.</summary>
    /// <exception cref="ArchiveException">A file is damaged.</exception>
    public static CaseKeys Load(string folder, StoreKey warden)
    {
        var keys = new CaseKeys(folder, warden);
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [])
        {
            HeldCase held = Read(file, warden.Public);
            keys.cases.Add(held.Statement.Hold.ToString(), held);
        }

        return keys;
    }

    /// <summary>The hold, or null.</summary>
    public HeldCase? Find(Id16 hold) => cases.GetValueOrDefault(hold.ToString());

    /// <summary>Keeps a new case key, durable, with the statement that is signed for it.</summary>
    public HeldCase Keep(StoreKey key, HoldStatement statement, byte[] question)
    {
        using SigningKey signs = warden.Open();
        return Put(new HeldCase(statement, statement.Sign(signs).Bytes, question, key, []));
    }

    /// <summary>Destroys the case keys whose time is over; returns how many.</summary>
    public int EndExpired(ulong nowUtcUs)
    {
        int ended = 0;
        foreach (HeldCase held in cases.Values.ToArray())
        {
            if (held.Key is not null && held.Statement.UntilUtcUs <= nowUtcUs)
            {
                End(held, new HoldEnd(nowUtcUs, HoldEndCause.Expired));
                ended++;
            }
        }

        return ended;
    }

    /// <summary>Destroys a case key; one that is gone stays gone as it was stated first.</summary>
    public HeldCase End(HeldCase held, HoldEnd end)
    {
        if (held.Key is null)
        {
            return held;
        }

        using SigningKey signs = warden.Open();
        return Put(held with { Key = null, End = (held.Statement with { End = end }).Sign(signs).Bytes });
    }

    private HeldCase Put(HeldCase held)
    {
        string name = held.Statement.Hold.ToString();
        DurableFile.MakeFolder(folder);
        string file = Path.Combine(folder, $"{name}.json");
        string json = JsonSerializer.Serialize(
            new CaseFile(Version, held.Signed, held.Question, held.Key?.ToJson(), held.End), WardenJson.Options);
        DurableFile.Put(file, file + ".part", Encoding.UTF8.GetBytes(json + "\n"));
        cases[name] = held;
        return held;
    }

    private static HeldCase Read(string file, PublicKey warden)
    {
        CaseFile? read = null;
        try
        {
            read = JsonSerializer.Deserialize<CaseFile>(File.ReadAllText(file), WardenJson.Options);
        }
        catch (JsonException)
        {
            // The sentence below is the same for every damage.
        }

        StoreKey? key = null;
        return read is { Version: Version }
            && HoldStatement.TryVerify(read.Statement, warden, out HoldStatement? statement) == Refusal.None
            && (read.Key is null || StoreKey.TryParse(read.Key, out key, out _))
                ? new HeldCase(statement!, read.Statement, read.Question, key, read.End)
                : throw new ArchiveException($"{file} is no hold of this warden; restore it from a copy");
    }

    private sealed record CaseFile(int Version, byte[] Statement, byte[] Question, string? Key, byte[] End);
}
