using Appliance.Evidence;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>
/// Everybody at once: holds the private keys of store, log, warden and device, and makes of a good pack one in which
/// what was changed is signed, logged and sealed anew, so that nothing but the lie itself is wrong.
/// </summary>
internal sealed class PackForge : IDisposable
{
    private readonly EvidenceWorld world;
    private readonly List<SigningKey> keys = [];

    public PackForge(EvidenceWorld world)
    {
        this.world = world;
        StoreFolder folder = world.Orders.Store;
        Log = Keep(PersonKey.Read(Path.Combine(folder.Log, "log.json")).Open());
        Warden = Keep(new WardenFolder(world.Orders.WardenFolder).ReadOrMakeKey().Open());
        Store = Keep(KeyRing.Load(folder).MakeStoreKey(folder).Open());
        Device = Keep(world.Orders.Box.Keys.OpenDeviceKey());
        Operator = Keep(PersonKey.Read(world.Orders.File("operator.json")).Open());
        Custodian = Keep(PersonKey.Read(world.Orders.File("custodian.json")).Open());
        Chief = Keep(PersonKey.Read(world.Orders.File("chief.json")).Open());
        Nobody = Keep(SigningKey.New(new Random(1).NextBytes));
    }

    public SigningKey Log { get; }

    public SigningKey Warden { get; }

    public SigningKey Store { get; }

    public SigningKey Device { get; }

    public SigningKey Operator { get; }

    public SigningKey Custodian { get; }

    public SigningKey Chief { get; }

    /// <summary>A key that nobody pins.</summary>
    public SigningKey Nobody { get; }

    /// <summary>The pack with some of its files exchanged, sealed again.</summary>
    public byte[] WithFiles(Action<SortedDictionary<string, byte[]>> change)
    {
        SortedDictionary<string, byte[]> files = world.Files();
        change(files);
        return world.Resealed(files);
    }

    /// <summary>The pack with another log, in which the question was asked and answered otherwise.</summary>
    /// <param name="question">Changes what was asked.</param>
    /// <param name="release">Changes what the warden stated.</param>
    /// <param name="search">Changes what the store stated.</param>
    /// <param name="entry">Changes an entry.</param>
    /// <param name="answer">Another answer.</param>
    /// <param name="warden">Signs releases instead of the warden.</param>
    /// <param name="store">Signs the search statement instead of the store.</param>
    public byte[] WithLog(
        Func<AskedQuestion, AskedQuestion>? question = null,
        Func<ReleaseStatement, ReleaseStatement>? release = null,
        Func<SearchStatement, SearchStatement>? search = null,
        Func<LogEntry, LogEntry>? entry = null,
        byte[]? answer = null,
        SigningKey? warden = null,
        SigningKey? store = null)
    {
        SortedDictionary<string, byte[]> files = world.Files();
        files[PackNames.Answer] = answer ?? files[PackNames.Answer];
        var log = new ForgedLog(this)
        {
            Question = question ?? (asked => asked),
            Release = release ?? (stated => stated),
            Search = stated => (search ?? (one => one))(stated) with { Answer = Hash32.Of(files[PackNames.Answer]) },
            Entry = entry ?? (one => one),
            ReleaseKey = warden ?? Warden,
            SearchKey = store ?? Store,
        };
        ulong asked = log.Rewrite(files);
        return world.Resealed(files, asked);
    }

    /// <summary>The pack of a device that signed other manifests over the same rows, with another run key.</summary>
    public byte[] WithManifests(Func<Manifest, Manifest> change)
    {
        SortedDictionary<string, byte[]> files = world.Files();
        using SigningKey run = SigningKey.New(new Random(2).NextBytes);
        var ids = new Dictionary<Hash32, Hash32>();
        ByteList.TryDecode(files[PackNames.Statements], out ReadOnlyMemory<byte>[] statements);
        var rules = new ReaderRules(world.Orders.Device, default, int.MaxValue);
        CertifiedEpoch.TryVerify(statements[0], Device.Public, rules, out CertifiedEpoch? epoch);
        (byte[] statement, Hash32 before) = SignedObject.Sign(
            SignedType.Epoch, (epoch!.Statement with { Key = run.Public }).Encode(), Device);
        var manifests = new List<ReadOnlyMemory<byte>>();
        ByteList.TryDecode(files[PackNames.Manifests], out ReadOnlyMemory<byte>[] old);
        foreach (ReadOnlyMemory<byte> bytes in old)
        {
            BatchCheck.TryVerifyManifest(bytes, _ => epoch, rules, out VerifiedManifest? header);
            Manifest other = change(header!.Manifest) with { Previous = before };
            (byte[] signed, before) = SignedObject.Sign(SignedType.Batch, other.Encode(), run);
            ids[header.Id] = before;
            manifests.Add(signed);
        }

        files[PackNames.Statements] = ByteList.Encode([statement]);
        files[PackNames.Manifests] = ByteList.Encode([.. manifests]);
        files[PackNames.Heads] = ByteList.Encode([]);
        files[PackNames.Records] = Renamed(files[PackNames.Records], ids);
        files.Remove(PackNames.LedgerHead);
        files.Remove(PackNames.LedgerProofs);
        files.Remove(PackNames.LedgerStamp);
        ulong asked = new ForgedLog(this)
        {
            Release = stated => stated with
            {
                Sections = [.. stated.Sections.Select(one => one with { Batch = ids[one.Batch] })],
            },
        }.Rewrite(files);
        return world.Resealed(files, asked);
    }

    public void Dispose() => keys.ForEach(key => key.Dispose());

    // The batch's id stands first in a proof, as 32 bytes.
    private static byte[] Renamed(byte[] list, Dictionary<Hash32, Hash32> ids)
    {
        byte[] bytes = [.. list];
        Span<byte> name = stackalloc byte[Hash32.Size];
        foreach ((Hash32 old, Hash32 renamed) in ids)
        {
            old.Write(name);
            int at;
            while ((at = bytes.AsSpan().IndexOf(name)) >= 0)
            {
                renamed.Write(bytes.AsSpan(at, Hash32.Size));
            }
        }

        return bytes;
    }

    private SigningKey Keep(SigningKey key)
    {
        keys.Add(key);
        return key;
    }
}
