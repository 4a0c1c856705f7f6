using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Log;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

/// <summary>Who alters the log's file, or puts an older one back, is found out by the warden.</summary>
public sealed class WardenLogTests : IDisposable
{
    private readonly WardenWorld world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void A_log_that_was_rolled_back_opens_nothing()
    {
        Request request = world.Request();
        Ask(request);
        Edit("DELETE FROM entries WHERE no >= 1", "DELETE FROM contents WHERE no >= 1", "DELETE FROM checkpoints");
        SetTree();

        AssertRefused(request, "log.rolled-back", "log.forked");
    }

    [Fact]
    public void A_log_whose_entry_was_rewritten_opens_nothing()
    {
        Request request = world.Request();
        Ask(request);
        LoggedEntry first = world.Log.Entries(0, 1)[0];
        byte[] rewritten = (first.Entry with { UtcUs = first.Entry.UtcUs + 1 }).Encode();
        Edit(
            $"UPDATE entries SET bytes = x'{Convert.ToHexString(rewritten)}' WHERE no = 0",
            "DELETE FROM checkpoints");
        SetTree();

        AssertRefused(request, "log.forked");
    }

    private void Ask(Request request) => Assert.Single(world.Read(
        world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));

    private void AssertRefused(Request request, params string[] rules)
    {
        WardenException refused = Assert.Throws<WardenException>(() => world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));
        Assert.Contains(refused.Refusal.Rule, rules);
    }

    private void Edit(params string[] statements)
    {
        using StoreDatabase database = Open();
        foreach (string statement in statements)
        {
            database.Run(statement);
        }
    }

    /// <summary>The administrator who altered the leaves also makes the tree fit them.</summary>
    private void SetTree()
    {
        using StoreDatabase database = Open();
        LogForger.MakeTreeFit(database);
    }

    private StoreDatabase Open() => StoreDatabase.Open(
        Path.Combine(world.LogFolder, TransparencyLog.FileName), toWrite: true, LogTables.Tables);
}
