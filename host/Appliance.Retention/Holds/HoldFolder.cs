using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Holds;

/// <summary>
/// Holds as the store has them: <c>holds/ID.made</c> and <c>ID.ended</c>, the warden's statements, and
/// <c>ID.sealed</c>, the records, which only the case key opens.
/// </summary>
internal sealed class HoldFolder(string root)
{
    private const string MadeEnding = ".made";
    private const string EndedEnding = ".ended";
    private const string SealedEnding = ".sealed";

    /// <summary>Every hold that was made, by name.</summary>
    public IReadOnlyList<HoldStatement> All()
    {
        var found = new List<HoldStatement>();
        string[] files = Directory.Exists(root) ? Directory.GetFiles(root, "*" + MadeEnding) : [];
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            found.Add(Read(file));
        }

        return found;
    }

    /// <summary>What the warden stated of a hold; null for one that is not here.</summary>
    public HoldStatement? Find(Id16 hold) => File.Exists(PathOf(hold, MadeEnding))
        ? Read(PathOf(hold, MadeEnding))
        : null;

    /// <summary>The end as the warden stated it; null while the case key is there, as far as is known here.</summary>
    public HoldEnd? EndOf(Id16 hold) => File.Exists(PathOf(hold, EndedEnding))
        ? Read(PathOf(hold, EndedEnding)).End
        : null;

    public bool HasRecords(Id16 hold) => File.Exists(PathOf(hold, SealedEnding));

    /// <summary>The sealed records.</summary>
    /// <exception cref="ArchiveException">They are not here.</exception>
    public byte[] Sealed(Id16 hold) => HasRecords(hold)
        ? File.ReadAllBytes(PathOf(hold, SealedEnding))
        : throw new ArchiveException($"hold {hold} has no records here; see `retention hold list`");

    /// <summary>Keeps a hold; the records first, so that a statement never stands without them.</summary>
    public void Put(HoldStatement made, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> sealedRecords)
    {
        DurableFile.MakeFolder(root);
        Put(PathOf(made.Hold, SealedEnding), sealedRecords);
        Put(PathOf(made.Hold, MadeEnding), statement);
    }

    /// <summary>Keeps the statement of an end, and removes what nothing opens any more.</summary>
    public void End(Id16 hold, ReadOnlySpan<byte> statement)
    {
        DurableFile.MakeFolder(root);
        Put(PathOf(hold, EndedEnding), statement);
        if (HasRecords(hold))
        {
            DurableFile.Delete(PathOf(hold, SealedEnding));
        }
    }

    private static void Put(string file, ReadOnlySpan<byte> bytes) => DurableFile.Put(file, file + ".part", bytes);

    private static HoldStatement Read(string file) =>
        HoldStatement.TryRead(File.ReadAllBytes(file), out HoldStatement? statement) == Refusal.None
            ? statement!
            : throw new ArchiveException($"{file} is no statement of a hold; restore it from a copy");

    private string PathOf(Id16 hold, string ending) => Path.Combine(root, hold + ending);
}
