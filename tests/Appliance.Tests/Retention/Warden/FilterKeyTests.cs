using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

/// <summary>Filters where the day keys are a warden's: made with keys that it gives for the batch in hand.</summary>
public sealed class FilterKeyTests : IDisposable
{
    private readonly WardenWorld world = new();
    private readonly TestBox box = new(seed: 5);
    private readonly TestStore store = new();

    public FilterKeyTests() => KeyRing.Load(store.Folder).Add(store.Folder, box.Keys.ForRole(KeyRole.Ingest));

    public void Dispose()
    {
        store.Dispose();
        box.Dispose();
        world.Dispose();
    }

    [Fact]
    public void With_the_wardens_keys_the_filters_are_those_that_the_day_keys_give()
    {
        var whole = new KeyRingOf(box.Keys);
        store.Warden = ask => new FilterKeys([whole.Key(ask, 1), whole.Key(ask, 2)]);
        SealedBatch batch = Add();

        byte[]? found = Filter(1);

        Assert.Equal(
            new FilterTokens().Make(whole.Index(1), batch.Id, TestBox.Rows(10), 1), found);
        Assert.NotNull(Filter(2));
    }

    [Fact]
    public void A_warden_that_does_not_answer_holds_no_batch_up_and_is_an_alarm()
    {
        store.Warden = _ => throw new WardenException(new OrderRefusal("warden.unreachable", "it is away"));
        Add();

        Assert.Null(Filter(1));
        Assert.Contains("no filter keys from the warden: it is away", store.Run("status").Output);
    }

    [Theory]
    [InlineData(-8, false)]
    [InlineData(-7, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_warden_gives_filter_keys_only_for_days_that_ingest_can_open_anyway(int days, bool given)
    {
        OrderRefusal? refusal = world.Direct.FilterKeys(
            new FilterKeyAsk(
                world.Device.ToString(), box.Keys.Notice.ToString(), TestBox.Day + days, new byte[Hash32.Size]),
            out FilterKeys? keys);

        Assert.Equal((given, given), (refusal is null, keys is not null));
    }

    private SealedBatch Add()
    {
        StartedEpoch epoch = box.Start(1);
        store.State(box.LastStatement);
        SealedBatch batch = box.Seal(epoch, 10);
        store.Add(batch);
        store.Kill();
        return batch;
    }

    private byte[]? Filter(byte section)
    {
        using StoreDatabase database = StoreDatabase.Open(store.Folder.Database, toWrite: false);
        return database.One<byte[]>("SELECT tokens FROM filters WHERE section = $1", section);
    }

    private sealed class KeyRingOf(KeySet set)
    {
        private readonly DeviceKeys keys = new(set.ForRole(KeyRole.WardenA));

        public byte[] Index(byte section) => keys.IndexKey(set.Notice, section, TestBox.Day)!;

        public byte[] Key(FilterKeyAsk ask, byte section)
        {
            byte[] key = new byte[Hash32.Size];
            FilterTokens.KeyOf(keys.IndexKey(set.Notice, section, ask.Day)!, Hash32.FromBytes(ask.Batch), key);
            return key;
        }
    }
}
