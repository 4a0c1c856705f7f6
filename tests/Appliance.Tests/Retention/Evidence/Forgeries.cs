using System.Text;
using Appliance.Evidence;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>A pack in which one thing is wrong.</summary>
/// <param name="Check">The one check that must fail.</param>
/// <param name="What">What was done, in the words of the table.</param>
/// <param name="Pack">Its bytes.</param>
internal sealed record Forgery(string Check, string What, byte[] Pack);

/// <summary>
/// For every check packs in which that alone is wrong, made by somebody with every private key but those that the
/// check itself asks for. Each is a way in which evidence has been or could be made up.
/// </summary>
internal sealed class Forgeries(EvidenceWorld world, PackForge forge)
{
    private const string LoggedAnswer = "the log has another answer as delivered";

    /// <summary>All, by the order of the checks; those of tokens where the pack has them.</summary>
    public IReadOnlyList<Forgery> All() => [.. Order(), .. Log(), .. Devices(), .. Records(), .. Stamps()];

    private IEnumerable<Forgery> Order()
    {
        SortedDictionary<string, byte[]> page = world.Files();
        page[PackNames.Statement] = [.. page[PackNames.Statement], (byte)' '];
        yield return new("archive", "a byte behind the end", [.. world.Pack, 0]);
        yield return new("archive", "a file that is no part of a pack", forge.WithFiles(files => files["zz"] = [1]));
        yield return new("seal", "the statement exchanged after the pack was sealed", PackArchive.Write(page));
        yield return new("people", "an enrolment that the custodian did not sign", forge.WithFiles(files =>
            Flip(files, PackNames.People)));
        yield return new("people", "one person enrolled twice", forge.WithFiles(files =>
            files[PackNames.People] = ByteList.Encode(
                [.. List(files, PackNames.People), List(files, PackNames.People)[0]])));
        yield return new("request", "the approver's signature under the request", forge.WithFiles(files =>
            files[PackNames.Request] = SignedBy(SignedType.Request, files[PackNames.Request], forge.Chief)));
        yield return new("approval", "nobody's approval", forge.WithFiles(files =>
            files[PackNames.Approvals] = ByteList.Encode([])));
        yield return new("approval", "an approval that the approver did not sign", forge.WithFiles(files =>
            files[PackNames.Approvals] = ByteList.Encode(
                [SignedBy(SignedType.Approval, List(files, PackNames.Approvals)[0], forge.Nobody)])));
    }

    private IEnumerable<Forgery> Log()
    {
        yield return new("log", "a checkpoint of another log's key", forge.WithFiles(files =>
            files[PackNames.Checkpoint] = SignedBy(SignedType.Checkpoint, files[PackNames.Checkpoint], forge.Nobody)));
        yield return new("log.witness", "no cosignature", forge.WithFiles(files =>
            files[PackNames.Cosignatures] = ByteList.Encode([])));
        yield return new("log.witness", "a cosignature of another state of the log", forge.WithFiles(Cosign));
        yield return new("log.entries", "an entry that opens to other content", forge.WithFiles(ExchangeContent));
        yield return new("log.order", "the request's entry left out", forge.WithFiles(files =>
            files[PackNames.Entries] = ByteList.Encode(List(files, PackNames.Entries)[1..])));
        yield return new("log.order", "asked after the order had expired", forge.WithLog(entry: entry =>
            entry.Kind is LogKind.Request or LogKind.Approval
                ? entry : entry with { UtcUs = entry.UtcUs + 40UL * 86_400_000_000 }));
        yield return new("log.order", "asked before it was approved", forge.WithLog(entry: entry =>
            entry with { UtcUs = entry.UtcUs - 86_400_000_000 }));
        yield return new("log.history", "the log rewritten since a witness saw it", forge.WithFiles(Rewrite));
        yield return new("scope", "another port than the order's", forge.WithLog(asked => asked with { Port = 1101 }));
        yield return new("scope", "another address than the order's", forge.WithLog(asked => asked with
        {
            Address = "192.0.2.2",
        }));
        yield return new("scope", "a time beyond the order's", forge.WithLog(
            asked => asked with { FromUtcUs = asked.FromUtcUs - 3_600_000_000 },
            answer: Said("\"covered\": true", "\"covered\": false")));
        yield return new("scope", "a question of another purpose", forge.WithLog(asked => asked with
        {
            Verb = "services",
        }));
        yield return new("scope", "a service that the order does not name", forge.WithLog(asked => asked with
        {
            Service = "mail.example.org",
        }));
        yield return new("release", "a release that no pinned warden signed", forge.WithLog(warden: forge.Nobody));
        yield return new("release", "a release for another question", forge.WithLog(release: stated => stated with
        {
            QuestionIndex = stated.QuestionIndex + 1,
        }));
    }

    private IEnumerable<Forgery> Devices()
    {
        yield return new("device", "a voucher that nobody signed", forge.WithFiles(files =>
            files[PackNames.Vouchers] = ByteList.Encode([Voucher(forge.Device.Public, null, forge.Nobody)])));
        yield return new("device", "a voucher for another key than the pinned one", forge.WithFiles(files =>
            files[PackNames.Vouchers] = ByteList.Encode([Voucher(forge.Nobody.Public, null, forge.Operator)])));
        yield return new("epochs", "a run that another key began", forge.WithFiles(files =>
            files[PackNames.Statements] = ByteList.Encode(
                [SignedBy(SignedType.Epoch, List(files, PackNames.Statements)[0], forge.Nobody)])));
        yield return new("manifests", "a manifest altered after it was signed", forge.WithFiles(files =>
            Flip(files, PackNames.Manifests)));
        yield return new("heads", "a head that names another batch for a place", forge.WithFiles(OtherHead));
        yield return new("revocation", "a device that was revoked before", forge.WithFiles(files =>
            files[PackNames.Vouchers] = ByteList.Encode([Voucher(forge.Device.Public, 1_000, forge.Operator)])));
        yield return new("period", "batches that end before the time asked about does", forge.WithLog(asked =>
            asked with { ToUtcUs = UtcAt(239) }));
        yield return new("period", "a gap that the device signed and the answer denies", forge.WithManifests(one =>
            one with { Gaps = [new ManifestGap(TestBox.At(100), TestBox.At(104), GapCause.KernelDrop)] }));
    }

    private IEnumerable<Forgery> Records()
    {
        yield return new("records", "a record that is in no batch", forge.WithFiles(files =>
            Flip(files, PackNames.Records)));
        yield return new("sections", "a record of a section that no warden released", forge.WithLog(
            release: stated => stated with { Sections = [] }));
        yield return new("answer", "the answer's reason rewritten", forge.WithFiles(files =>
            files[PackNames.Answer] = Said("\"reason\": \"", "\"reason\": \"beyond doubt: ")));
        yield return new("search", "a search statement that the store did not sign", forge.WithLog(
            store: forge.Nobody));
        yield return new("search", "a search statement of another store", forge.WithLog(search: stated => stated with
        {
            Store = default,
        }));
        yield return new("claims", $"another line named, and {LoggedAnswer}", forge.WithLog(
            answer: Said("line-1", "line-2")));
        yield return new("claims", $"another time named, and {LoggedAnswer}", forge.WithLog(
            answer: Said("\"start\": \"2024-10-04T00:01:40", "\"start\": \"2024-10-04T00:01:41")));
        yield return new("claims", "a record left out", forge.WithFiles(files =>
            files[PackNames.Records] = ByteList.Encode([])));
        yield return new("clock", "a record more exact than its batch ever was", forge.WithManifests(one =>
            one with { Clock = one.Clock with { WorstBoundUs = 39 } }));
    }

    private IEnumerable<Forgery> Stamps()
    {
        SortedDictionary<string, byte[]> good = world.Files();
        if (!good.ContainsKey(PackNames.LedgerStamp))
        {
            yield break;
        }

        yield return new("stamp.log", "a token over something else", forge.WithFiles(files =>
            files[PackNames.CheckpointStamp] = files[PackNames.LedgerStamp]));
        yield return new("stamp.log", "a token altered after it was signed", forge.WithFiles(files =>
            files[PackNames.CheckpointStamp][^1] ^= 1));
        yield return new("stamp.ledger", "a token over something else", forge.WithFiles(files =>
            files[PackNames.LedgerStamp] = files[PackNames.CheckpointStamp]));
        yield return new("stamp.ledger", "a batch that is not in the ledger of the head", forge.WithFiles(files =>
            Flip(files, PackNames.LedgerProofs)));
    }

    private static void Flip(SortedDictionary<string, byte[]> files, string name)
    {
        files[name] = [.. files[name]];
        files[name][^1] ^= 1;
    }

    private static ReadOnlyMemory<byte>[] List(SortedDictionary<string, byte[]> files, string name)
    {
        ByteList.TryDecode(files[name], out ReadOnlyMemory<byte>[] items);
        return items;
    }

    private static byte[] SignedBy(SignedType type, ReadOnlyMemory<byte> bytes, SigningKey key)
    {
        SignedObject.TryRead(type, bytes, out SignedObject? signed);
        return SignedObject.Sign(type, signed!.Payload.Span, key).Bytes;
    }

    private static ulong UtcAt(long second) => (ulong)LeapSeconds.ToUtc(TestBox.At(second));

    private byte[] Said(string before, string after)
    {
        string answer = Encoding.UTF8.GetString(world.Files()[PackNames.Answer]);
        return answer.Contains(before, StringComparison.Ordinal)
            ? Encoding.UTF8.GetBytes(answer.Replace(before, after))
            : throw new InvalidOperationException($"the answer has no {before}: {answer}");
    }

    private byte[] Voucher(PublicKey key, ulong? revokedUtcUs, SigningKey first) => new DeviceVoucher(
        1, world.Orders.Device, key, 0, ulong.MaxValue, revokedUtcUs, revokedUtcUs is null ? "" : "stolen")
        .Sign(first, forge.Custodian);

    private void Cosign(SortedDictionary<string, byte[]> files)
    {
        LogCheckpoint.TryVerify(files[PackNames.Checkpoint], forge.Log.Public, out LogCheckpoint? checkpoint);
        files[PackNames.Cosignatures] = ByteList.Encode(
            [(checkpoint! with { Root = Hash32.Of([1]) }).Sign(forge.Warden).Bytes]);
    }

    private void Rewrite(SortedDictionary<string, byte[]> files)
    {
        SeenCheckpoint.TryDecode(List(files, PackNames.Seen)[0], out SeenCheckpoint? seen);
        LogCheckpoint.TryVerify(seen!.Checkpoint, forge.Log.Public, out LogCheckpoint? before);
        LogCheckpoint other = before! with { Root = Hash32.Of([1]) };
        files[PackNames.Seen] = ByteList.Encode(
            [new SeenCheckpoint(other.Sign(forge.Log).Bytes, other.Sign(forge.Warden).Bytes, seen.Path).Encode()]);
    }

    private static void ExchangeContent(SortedDictionary<string, byte[]> files)
    {
        ReadOnlyMemory<byte>[] entries = List(files, PackNames.Entries);
        EntryProof.TryDecode(entries[^1], out EntryProof? proof);
        entries[^1] = (proof! with { Content = (byte[])[.. proof.Content.Span, 0] }).Encode();
        files[PackNames.Entries] = ByteList.Encode(entries);
    }

    private void OtherHead(SortedDictionary<string, byte[]> files)
    {
        var rules = new ReaderRules(world.Orders.Device, default, int.MaxValue);
        CertifiedEpoch.TryVerify(
            List(files, PackNames.Statements)[0], forge.Device.Public, rules, out CertifiedEpoch? epoch);
        var head = new Checkpoint(
            world.Orders.Device, new ChainPosition(epoch!.Statement.Epoch, 1, Hash32.Of([1])));
        files[PackNames.Heads] = ByteList.Encode([head.Sign(forge.Device).Bytes]);
    }
}
