using Appliance.Lab.Vectors;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class BatchTests
{
    [Fact]
    public void A_sealed_batch_opens_with_what_was_put_in()
    {
        var world = new VectorWorld("test: round trip");
        VectorRun run = world.Start();
        SectionPlain[] plain = [VectorRows.Section(1, 100, 1), VectorRows.Section(2, 100, 2)];
        SealedBatch batch = VectorWorld.Seal(run, VectorWorld.Day, plain);
        VerifiedBatch verified = Verify(world, run, batch.Bytes);
        var opener = new BatchOpener(world.Recipients, VectorRows.Decode);
        foreach (SectionPlain section in plain)
        {
            Assert.Equal(Refusal.None, opener.TryOpen(verified, section.Number, out OpenedSection? opened));
            Assert.Equal(section.Columns.ToArray(), opened!.Columns.ToArray());
            Assert.Equal(section.Rows.Bytes.ToArray(), opened.Rows.Bytes.ToArray());
        }

        Assert.Equal(batch.Id, verified.Id);
        Assert.Equal(batch.Manifest.Encode(), verified.Manifest.Encode());
        Assert.Equal([100ul, 90ul, 1ul], verified.Manifest.Counters);
        Assert.Equal("rule added", Assert.Single(verified.Manifest.Events).Text);
        Assert.Equal(GapCause.RingFull, Assert.Single(verified.Manifest.Gaps).Cause);
    }

    [Fact]
    public void Each_role_opens_alone_and_a_key_of_one_section_opens_nothing_of_the_other()
    {
        var world = new VectorWorld("test: roles");
        VectorRun run = world.Start();
        VerifiedBatch verified = Verify(world, run, VectorWorld.Seal(run).Bytes);
        foreach (RecipientKey key in world.Recipients)
        {
            var opener = new BatchOpener([key], VectorRows.Decode);
            Assert.Equal(Refusal.None, opener.TryOpen(verified, key.Section, out _));
            Assert.Equal(Refusal.NoKey, opener.TryOpen(verified, (byte)(3 - key.Section), out _));
        }

        Assert.Equal(4, world.Recipients.Count);
    }

    [Fact]
    public void Every_flipped_bit_of_a_batch_is_refused()
    {
        var world = new VectorWorld("test: bits");
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run);
        CertifiedEpoch epoch = Certified(world, run);
        ReaderRules rules = Rules(world);
        byte[] bytes = batch.Bytes.ToArray();
        Assert.Equal(Refusal.None, BatchCheck.TryVerify(bytes, Find, rules, out _));
        var reasons = new HashSet<Refusal>();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Refusal refusal = BatchCheck.TryVerify(bytes, Find, rules, out _);
            Assert.True(refusal != Refusal.None, $"bit {bit % 8} of byte {bit / 8} was flipped and accepted");
            reasons.Add(refusal);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Refusal[] atLeast = [Refusal.Signature, Refusal.ForeignKey, Refusal.RecipientsHash, Refusal.CiphertextHash];
        Assert.Superset(atLeast.ToHashSet(), reasons);

        CertifiedEpoch? Find(KeyId kid) => kid == epoch.Key.Kid ? epoch : null;
    }

    [Fact]
    public void A_proof_of_each_row_verifies_and_no_flipped_bit_of_it_does()
    {
        var world = new VectorWorld("test: proofs");
        VectorRun run = world.Start();
        SectionPlain plain = VectorRows.Section(1, 21, 4);
        VerifiedBatch batch = Verify(world, run, VectorWorld.Seal(run, VectorWorld.Day, plain).Bytes);
        new BatchOpener(world.Recipients, VectorRows.Decode).TryOpen(batch, 1, out OpenedSection? section);
        byte[][] proofs = RecordProof.Build(batch, section!, [.. Enumerable.Range(0, 21)]);
        for (int row = 0; row < proofs.Length; row++)
        {
            Assert.Equal(Refusal.None, RecordProof.TryVerify(proofs[row], batch.Header, out RecordProof? proof));
            Assert.Equal((1, row), (proof!.Section, proof.Row));
            Assert.Equal(plain.Rows[row].ToArray(), proof.Canonical.ToArray());
        }

        byte[] changed = proofs[13];
        for (int bit = 0; bit < changed.Length * 8; bit++)
        {
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(Refusal.None, RecordProof.TryVerify(changed, batch.Header, out _));
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_random_source_that_repeats_itself_gives_other_keys_for_other_content()
    {
        var world = new VectorWorld("test: hedge");
        SealedBatch one = Sealed(1);
        SealedBatch other = Sealed(2);
        Assert.NotEqual(one.Manifest.Sections[0].Commitment, other.Manifest.Sections[0].Commitment);
        RecipientEntry.TryDecodeAll(VectorWorld.Parts(one).Recipients, out RecipientEntry[] first);
        RecipientEntry.TryDecodeAll(VectorWorld.Parts(other).Recipients, out RecipientEntry[] second);
        Assert.NotEqual(first[0].Encapsulated.ToArray(), second[0].Encapsulated.ToArray());

        SealedBatch Sealed(byte seed)
        {
            var policy = new SealingPolicy(world.Notice, default, 0, new KeySchedule(world.Recipients));
            var facts = new EpochStatement
            {
                Device = world.Device,
                Epoch = new EpochRef(1, default),
                RecoveryVerdict = "empty",
                SoftwareVersion = "0",
                SoftwareHash = default,
            };
            StartedEpoch epoch = StartedEpoch.Start(facts, policy, world.DeviceKey, bytes => bytes.Fill(7));
            SectionPlain plain = VectorRows.Section(1, 3, seed);
            return epoch.Sealer.Seal(VectorWorld.Day, default, default, [plain], [], [], default, []);
        }
    }

    [Fact]
    public void What_contradicts_itself_is_not_sealed()
    {
        var world = new VectorWorld("test: contradictions");
        VectorRun run = world.Start();
        SectionPlain one = VectorRows.Section(1, 3, 0);
        SectionPlain two = VectorRows.Section(2, 4, 0);
        Assert.Throws<ArgumentException>(() => VectorWorld.Seal(run, VectorWorld.Day, one, two));
        Assert.Throws<ArgumentException>(() => VectorWorld.Seal(run, VectorWorld.Day, one, one));
        Assert.Throws<ArgumentException>(() => VectorWorld.Seal(run, -1, one));
        Assert.Equal(0u, run.Started.Sealer.NextSequence);
    }

    [Fact]
    public void A_batch_beyond_the_limit_is_refused_unread() =>
        Assert.Equal(
            Refusal.TooLarge,
            BatchCheck.TryVerify(
                new byte[Limits.BatchBytesMax + 1], _ => null, new ReaderRules(default, default, 0), out _));

    private static VerifiedBatch Verify(VectorWorld world, VectorRun run, ReadOnlyMemory<byte> bytes)
    {
        CertifiedEpoch epoch = Certified(world, run);
        Assert.Equal(Refusal.None, BatchCheck.TryVerify(bytes, _ => epoch, Rules(world), out VerifiedBatch? batch));
        return batch!;
    }

    private static CertifiedEpoch Certified(VectorWorld world, VectorRun run)
    {
        Assert.Equal(Refusal.None, CertifiedEpoch.TryVerify(
            run.Started.Bytes, world.DeviceKey.Public, Rules(world), out CertifiedEpoch? epoch));
        return epoch!;
    }

    private static ReaderRules Rules(VectorWorld world) => new(world.Device, world.Notice, VectorWorld.Day);
}
