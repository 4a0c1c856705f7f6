using Appliance.Lab.Vectors;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class ChainTests
{
    [Fact]
    public void A_whole_chain_is_whole()
    {
        var world = new VectorWorld("test: whole chain");
        VectorRun run = world.Start();
        ChainVerifier chain = Chain(world);
        Assert.Equal(Refusal.None, chain.AddEpoch(run.Started.Bytes));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(Refusal.None, chain.AddBatch(VectorWorld.Seal(run).Bytes, out _));
        }

        ChainReport report = chain.Finish();
        Assert.True(report.IsWhole);
        Assert.Equal((1, 20L, 0L), (report.Epochs, report.Batches, report.MissingBatches));
    }

    [Fact]
    public void Whatever_is_wrong_is_counted_under_its_name()
    {
        var world = new VectorWorld("test: counts");
        VectorRun run = world.Start();
        byte[][] batches = [.. Enumerable.Range(0, 8).Select(_ => VectorWorld.Seal(run).Bytes.ToArray())];
        VectorRun foreign = world.Start(number: 8, signer: world.StrangerKey);
        ChainVerifier chain = Chain(world);
        chain.AddEpoch(run.Started.Bytes);
        foreach (int i in (int[])[0, 2, 1, 1, 6, 5])
        {
            chain.AddBatch(batches[i], out _);
        }

        chain.AddEpoch(foreign.Started.Bytes);
        chain.AddBatch(VectorWorld.Seal(foreign).Bytes, out _);
        chain.AddBatch(new byte[] { 0x82, 0 }, out VerifiedBatch? none);
        Assert.Null(none);

        ChainReport report = chain.Finish();
        Assert.Equal(2, report.MissingBatches);
        Assert.Equal(2, report.Counts[(int)Refusal.Missing]);
        Assert.Equal(2, report.Counts[(int)Refusal.Swapped]);
        Assert.Equal(1, report.Counts[(int)Refusal.Replayed]);
        Assert.Equal(1, report.Counts[(int)Refusal.ForeignDevice]);
        Assert.Equal(1, report.Counts[(int)Refusal.ForeignKey]);
        Assert.Equal(1, report.Counts[(int)Refusal.NotCbor]);
        Assert.False(report.IsWhole);
    }

    [Fact]
    public void Manifests_alone_carry_the_chain_after_their_sections_have_expired()
    {
        var world = new VectorWorld("test: manifests");
        VectorRun run = world.Start();
        ChainVerifier chain = Chain(world);
        chain.AddEpoch(run.Started.Bytes);
        for (int i = 0; i < 3; i++)
        {
            BatchParts parts = VectorWorld.Parts(VectorWorld.Seal(run));
            Assert.Equal(Refusal.None, chain.AddManifest(parts.Header, out VerifiedManifest? header));
            Assert.Equal((uint)i, header!.Manifest.Sequence);
        }

        Assert.True(chain.Finish().IsWhole);
    }

    [Fact]
    public void A_receipt_comes_back_as_it_was_signed()
    {
        var world = new VectorWorld("test: receipt");
        Receipt receipt = BrokenOthers.Receipt(world, VectorWorld.Seal(world.Start())) with { Reason = Refusal.Fork };
        byte[] bytes = receipt.Sign(world.StoreKey).Bytes;
        Assert.Equal(Refusal.None, Receipt.TryVerify(bytes, world.StoreKey.Public, world.Device, out Receipt? read));
        Assert.Equal(receipt, read);
        Assert.Equal(Refusal.WrongDevice, Receipt.TryVerify(bytes, world.StoreKey.Public, default, out _));
    }

    [Theory]
    [InlineData(ControlKind.Config, Refusal.None)]
    [InlineData(ControlKind.Policy, Refusal.ControlSigners)]
    [InlineData(ControlKind.KeySchedule, Refusal.ControlSigners)]
    [InlineData(ControlKind.Update, Refusal.ControlSigners)]
    [InlineData(ControlKind.DiagnosticCapture, Refusal.None)]
    public void One_role_may_change_only_what_is_no_wiretap(ControlKind kind, Refusal expected)
    {
        var world = new VectorWorld("test: control");
        Control control = BrokenOthers.Control(world) with { Kind = kind };
        var trust = new ControlTrust(world.OperatorKey.Public, world.CustodianKey.Public);
        byte[] one = control.Sign(world.CustodianKey, null);
        byte[] both = control.Sign(world.CustodianKey, world.OperatorKey);
        Assert.Equal(expected, Control.TryVerify(one, trust, world.Device, 3, VectorWorld.NowUs, out _));
        Refusal refusal = Control.TryVerify(both, trust, world.Device, 3, VectorWorld.NowUs, out Control? read);
        Assert.Equal(Refusal.None, refusal);
        Assert.Equal("policy"u8, read!.Body.Span);
    }

    private static ChainVerifier Chain(VectorWorld world) =>
        new(world.DeviceKey.Public, new ReaderRules(world.Device, world.Notice, VectorWorld.Day));
}
