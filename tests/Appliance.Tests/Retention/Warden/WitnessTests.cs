using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Log;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

/// <summary>Where a second witness is pinned, nothing is opened that it has not seen logged.</summary>
public sealed class WitnessTests : IDisposable
{
    private readonly WardenWorld world = new(isWitnessed: true);

    public void Dispose() => world.Dispose();

    [Fact]
    public void What_is_opened_stands_in_a_log_that_both_witnesses_signed()
    {
        Ask();

        ulong size = world.Log.CosignedSizes()[^1];
        LogCheckpoint?[] seen = [.. world.Log.Cosignatures(size).Select(bytes =>
            LogCheckpoint.TryVerify(bytes, world.PinnedWitness!, out LogCheckpoint? by) == Refusal.None
            || LogCheckpoint.TryVerify(bytes, world.WardenPublic, out by) == Refusal.None ? by : null)];
        Assert.Equal(2, seen.Length);
        Assert.Equal((size, world.Log.Size), (seen[0]!.Size, size));
        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public void A_witness_that_is_gone_lets_nothing_be_opened()
    {
        world.Second.OnCosign = () => throw new WardenException(
            new OrderRefusal("witness.unreachable", "gone"), isAnswer: false);

        AssertRefused("witness.unreachable");
        Assert.DoesNotContain(world.Log.Entries(0, 10), entry => entry.Entry.Kind == LogKind.Release);
    }

    [Fact]
    public void A_warden_does_not_believe_a_store_that_left_its_witness_out()
    {
        world.Direct.OnTokens = ask => ask with { Under = Unsigned(ask.Under) };
        AssertRefused("log.witness");

        world.Direct.OnTokens = ask => ask;
        world.Direct.OnPromise = ask => ask with { Under = Unsigned(ask.Under) };
        AssertRefused("log.witness");
    }

    [Fact]
    public void A_release_that_the_witness_has_not_seen_gives_no_keys()
    {
        world.Direct.OnRelease = claim => claim with { Proof = claim.Proof with { Cosignature = [] } };

        AssertRefused("log.witness");
    }

    [Fact]
    public void A_signature_of_another_key_is_none()
    {
        using SigningKey other = SigningKey.New(new Random(2).NextBytes);
        world.Second.Altered = made =>
        {
            LogCheckpoint.TryVerify(made, world.PinnedWitness!, out LogCheckpoint? seen);
            return seen!.Sign(other).Bytes;
        };

        AssertRefused("witness.key");
    }

    [Fact]
    public void A_witness_whose_view_was_rolled_back_follows_a_log_that_only_grew()
    {
        Ask();
        world.RollBackWitness();

        Ask();

        Assert.Equal(world.Log.Size, world.Second.SeenSize());
    }

    [Fact]
    public void A_forked_log_and_a_witness_rolled_back_with_it_are_stopped_by_the_warden()
    {
        Ask();
        Fork();
        world.RollBackWitness();

        AssertRefused("log.forked");
    }

    [Fact]
    public void A_forked_log_and_a_warden_rolled_back_with_it_are_stopped_by_the_witness()
    {
        Ask();
        Fork();
        world.RollBackWarden();

        AssertRefused("log.forked");
    }

    [Fact]
    public void A_log_that_was_rolled_back_is_refused_by_the_witness_whose_warden_was_too()
    {
        Ask();
        Ask();
        Edit("DELETE FROM entries WHERE no >= 1", "DELETE FROM contents WHERE no >= 1", "DELETE FROM checkpoints");
        world.RollBackWarden();

        AssertRefused("log.rolled-back");
    }

    private static AskedUnder Unsigned(AskedUnder under) =>
        under with { Proof = under.Proof with { Cosignature = [] } };

    private void Ask()
    {
        Request request = world.Request();
        Assert.Single(world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));
    }

    private void AssertRefused(string rule)
    {
        Request request = world.Request();
        WardenException refused = Assert.Throws<WardenException>(() => world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));
        Assert.Equal(rule, refused.Refusal.Rule);
    }

    private void Fork()
    {
        LoggedEntry first = world.Log.Entries(0, 1)[0];
        byte[] rewritten = (first.Entry with { UtcUs = first.Entry.UtcUs + 1 }).Encode();
        Edit(
            $"UPDATE entries SET bytes = x'{Convert.ToHexString(rewritten)}' WHERE no = 0",
            "DELETE FROM checkpoints",
            "DELETE FROM cosignatures");
    }

    private void Edit(params string[] statements)
    {
        using var database = StoreDatabase.Open(
            Path.Combine(world.LogFolder, TransparencyLog.FileName), toWrite: true, LogTables.Tables);
        Array.ForEach(statements, statement => database.Run(statement));
        LogForger.MakeTreeFit(database);
    }
}
