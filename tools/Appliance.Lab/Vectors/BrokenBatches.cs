using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>Batches that are wrong and yet signed with the right key: a device that lies or errs.</summary>
internal static class BrokenBatches
{
    /// <summary>A manifest begins B2 (map of 18), 01, 82 (array of 2), version, suite.</summary>
    private const int VersionAt = 3;

    private delegate byte[] Change(VectorWorld world, VectorRun run, SealedBatch batch, BatchParts parts);

    public static IEnumerable<VectorFile> All() => Manifests().Concat(Sections());

    private static IEnumerable<VectorFile> Manifests()
    {
        yield return One("foreign-signature", "The manifest is signed by a key that no statement certifies.",
            Refusal.ForeignKey, (world, _, batch, parts) => VectorWorld.Resign(
                world.StrangerKey, batch.Manifest.Encode(), parts.Recipients, BrokenBytes.Bytes(parts)));
        yield return One("unknown-version", "The manifest has version 1.", Refusal.UnknownVersion,
            (_, run, batch, parts) => WithByte(run, batch, parts, VersionAt, 1));
        yield return One("unknown-suite", "The manifest has suite 2.", Refusal.UnknownVersion,
            (_, run, batch, parts) => WithByte(run, batch, parts, VersionAt + 1, 2));
        yield return Changed("wrong-device", "The manifest names another device.", Refusal.WrongDevice,
            m => m with { Device = new Id16(1, 2) });
        yield return Changed("wrong-epoch", "The manifest names another epoch than its key is certified for.",
            Refusal.WrongEpoch, m => m with { Epoch = m.Epoch with { Number = 8 } });
        yield return Changed("wrong-notice", "The manifest names another notice.", Refusal.WrongNotice,
            m => m with { Notice = new Id16(1, 2) });
        yield return Changed("future-day", "The manifest's day is tomorrow.", Refusal.FutureDay,
            m => m with { Day = VectorWorld.Day + 1 });
        yield return Changed("time-order", "The first time lies after the last.", Refusal.TimeOrder,
            m => m with { First = new TaiTime(m.Last.Microseconds + 1) });
        yield return Changed("wrong-count", "The manifest counts one row more than there are.", Refusal.Count,
            m => m with { Rows = m.Rows + 1 });
        yield return Changed("wrong-root", "The root of a section is another.", Refusal.Root, m => m with
        {
            Sections = [m.Sections[0] with { Root = Hash32.Of("root"u8) }, m.Sections[1]],
        });
        yield return Changed("moved-day", "A manifest moved to another day does not open: the day is bound to the key.",
            Refusal.KeyWrap, m => m with { Day = m.Day - 1 });
    }

    private static IEnumerable<VectorFile> Sections()
    {
        yield return One("wrong-commitment", "The manifest and the wraps agree on a commitment to another key.",
            Refusal.Commitment, WrongCommitment);
        yield return One("signed-swapped-recipients", "Two recipients have changed places, and it is signed.",
            Refusal.KeyWrap, (_, run, batch, parts) => Recipients(run, batch, parts, list =>
            {
                (list[0], list[1]) = (list[1] with { Kid = list[0].Kid }, list[0] with { Kid = list[1].Kid });
            }));
        yield return One("unsorted-recipients", "The recipients are not sorted, and it is signed.",
            Refusal.RecipientsList, (_, run, batch, parts) => Recipients(run, batch, parts, list => list.Reverse()));
        yield return One("no-key", "None of the recipients is one that the reader has a key of.",
            Refusal.NoKey, (world, run, batch, parts) =>
            {
                List<RecipientKey> others = [.. world.Recipients.Select(key => key.PublicOnly())];
                world.Recipients.Clear();
                world.Recipients.AddRange(others);
                return batch.Bytes.ToArray();
            });
        yield return One("signed-swapped-sections", "The ciphertexts have changed places, and it is signed.",
            Refusal.Ciphertext, (_, run, batch, parts) =>
            {
                byte[][] sealedBytes = BrokenBytes.Bytes(parts);
                SectionEntry a = batch.Manifest.Sections[0];
                SectionEntry b = batch.Manifest.Sections[1];
                Manifest manifest = batch.Manifest with
                {
                    Sections = [a with { SealedHash = b.SealedHash }, b with { SealedHash = a.SealedHash }],
                };
                return VectorWorld.Resign(run, manifest, parts.Recipients, sealedBytes[1], sealedBytes[0]);
            });
        yield return UndecodableColumns();
    }

    private static VectorFile UndecodableColumns()
    {
        var world = new VectorWorld("undecodable-columns");
        VectorRun run = world.Start();
        SectionPlain plain = VectorRows.Section(1, 3, 0) with { Columns = new byte[] { 0xFF } };
        return world.File(
            "undecodable-columns",
            "The columns are no columns.",
            Refusal.Columns,
            ("epoch", run.Started.Bytes),
            ("batch", VectorWorld.Seal(run, VectorWorld.Day, plain).Bytes));
    }

    private static byte[] WithByte(VectorRun run, SealedBatch batch, BatchParts parts, int index, byte value)
    {
        byte[] payload = batch.Manifest.Encode();
        payload[index] = value;
        return VectorWorld.Resign(run.Key, payload, parts.Recipients, BrokenBytes.Bytes(parts));
    }

    private static VectorFile Changed(string name, string about, Refusal expect, Func<Manifest, Manifest> change) =>
        One(name, about, expect, (_, run, batch, parts) =>
            VectorWorld.Resign(run, change(batch.Manifest), parts.Recipients, BrokenBytes.Bytes(parts)));

    private static VectorFile One(string name, string about, Refusal expect, Change change)
    {
        var world = new VectorWorld(name);
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run);
        byte[] changed = change(world, run, batch, VectorWorld.Parts(batch));
        return world.File(name, about, expect, ("epoch", run.Started.Bytes), ("batch", changed));
    }

    private static byte[] Recipients(
        VectorRun run, SealedBatch batch, BatchParts parts, Action<List<RecipientEntry>> change)
    {
        RecipientEntry.TryDecodeAll(parts.Recipients, out RecipientEntry[] entries);
        List<RecipientEntry> list = [.. entries];
        change(list);
        byte[] bytes = RecipientEntry.EncodeAll(list);
        Manifest manifest = batch.Manifest with { RecipientsHash = Hash32.Of(bytes) };
        return VectorWorld.Resign(run, manifest, bytes, BrokenBytes.Bytes(parts));
    }

    /// <summary>
    /// The wraps are made anew with the false commitment in their info, so that only the commitment is wrong.
    /// </summary>
    private static byte[] WrongCommitment(VectorWorld world, VectorRun run, SealedBatch batch, BatchParts parts)
    {
        byte[] context = BatchContext.Encode(batch.Manifest);
        SectionEntry entry = batch.Manifest.Sections[0];
        Hash32 wrong = Hash32.Of("commitment"u8);
        Manifest manifest = batch.Manifest with
        {
            Sections = [entry with { Commitment = wrong }, batch.Manifest.Sections[1]],
        };
        return Recipients(run, batch with { Manifest = manifest }, parts, list =>
        {
            for (int i = 0; i < list.Count; i++)
            {
                list[i] = list[i].Section == entry.Number ? Rewrap(world, context, entry, wrong, list[i]) : list[i];
            }
        });
    }

    private static RecipientEntry Rewrap(
        VectorWorld world, byte[] context, SectionEntry entry, Hash32 commitment, RecipientEntry recipient)
    {
        RecipientKey key = world.Recipients.Single(k => k.Section == recipient.Section && k.Kid == recipient.Kid);
        byte[] contentKey = new byte[SectionSecrets.KeySize];
        byte[] info = BatchContext.RecipientInfo(context, entry.Number, entry.Commitment, key.Kid);
        Hpke.TryOpen(
            key.Private, key.Public, recipient.Encapsulated.Span, info, [], recipient.Wrap.Span, contentKey);
        byte[] seed = new byte[32];
        world.Draw(seed);
        byte[] encapsulated = new byte[Hpke.EncapsulatedSize];
        byte[] wrap = new byte[RecipientEntry.WrapSize];
        info = BatchContext.RecipientInfo(context, entry.Number, commitment, key.Kid);
        Hpke.Seal(key.Public, info, [], contentKey, seed, encapsulated, wrap);
        return new RecipientEntry(recipient.Section, recipient.Kid, encapsulated, wrap);
    }
}
