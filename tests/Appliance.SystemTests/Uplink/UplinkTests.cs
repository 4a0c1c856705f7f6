using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Uplink;
using Appliance.Linux;
using Appliance.Mqtt;
using Appliance.SystemTests.Mqtt;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Uplink;

/// <summary>Over a real broker: nothing is lost, and nothing is freed without a store's word.</summary>
public sealed class UplinkTests
{
    private const string Device = "box-1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [ProgramTheory("mosquitto")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_batch_arrives_while_the_broker_is_killed_and_receipts_free_the_flash(int seed)
    {
        Random random = new(seed);
        Queue<int> kills = new(Enumerable.Range(0, 5).Select(_ => random.Next(1, 140)).Order());
        await using MosquittoBroker broker = new("store-1");
        using SegmentBox box = WithBacklog(seed, runs: 2, batchesEach: 50);
        using SigningKey key = SigningKey.New(random.NextBytes);
        await using FakeStore store = new(broker, key, (_, _) => Refusal.None);
        box.Open();
        using FlashFolder flash = FlashFolder.OpenForReading(box.Folder);
        using UplinkService uplink = Open(broker, box, flash, key);
        uplink.Start(Fail);
        await UntilAsync(uplink, () =>
        {
            if (kills.TryPeek(out int at) && store.Batches().Count >= at)
            {
                kills.Dequeue();
                broker.Kill();
                broker.Start();
            }

            if (box.Written.Count < 150)
            {
                box.Write(1);
            }

            uplink.SettleJournal(box.Journal);
            return box.Written.Count == 150 && kills.Count == 0 && uplink.Status.BacklogBatches == 0;
        });
        uplink.SettleJournal(box.Journal);
        await uplink.StopAsync();
        Assert.Equal(box.Written.Keys, store.Batches().Distinct().Order());
        Assert.Equal(150, uplink.Status.Receipted);
        Assert.InRange(uplink.Status.Connections, 2, 1000);
        Assert.Equal(0, uplink.Status.Refused + uplink.Status.ReceiptsRejected + uplink.Status.Unreadable);
        uint last = box.Epoch;
        box.Close();
        Assert.All(box.OnFlash(), batch => Assert.Equal(last, batch.Epoch));
        Assert.InRange(box.OnFlash().Count, 1, 20);
    }

    [ProgramFact("mosquitto")]
    public async Task Receipts_on_flash_are_remembered_over_a_restart()
    {
        await using MosquittoBroker broker = new("store-1");
        using SegmentBox box = WithBacklog(5, runs: 2, batchesEach: 5);
        using SigningKey key = SigningKey.New(RandomNumberGenerator.Fill);
        await using (FakeStore first = new(broker, key, (count, _) => count <= 12 ? Refusal.None : null))
        {
            await first.Ready.WaitAsync(Patience);
            await RunAsync(broker, box, key, 25, status => status.Receipted == 12);
            AssertInOrder(first.Arrivals);
        }

        await using FakeStore second = new(broker, key, (_, _) => Refusal.None);
        await RunAsync(broker, box, key, 5, status => status.BacklogBatches == 0 && status.Receipted > 0);
        Assert.Equal(box.Written.Keys.Skip(12), second.Batches().Distinct().Order());
    }

    [ProgramFact("mosquitto")]
    public async Task The_word_of_a_store_that_is_not_pinned_frees_nothing()
    {
        await using MosquittoBroker broker = new("store-1");
        using SegmentBox box = WithBacklog(6, runs: 1, batchesEach: 40);
        using SigningKey pinned = SigningKey.New(RandomNumberGenerator.Fill);
        using SigningKey foreign = SigningKey.New(RandomNumberGenerator.Fill);
        await using FakeStore store = new(broker, foreign, (_, _) => Refusal.None);
        UplinkStatus status = await RunAsync(broker, box, pinned, 1, s => s.ReceiptsRejected >= 8);
        Assert.Equal((41L, 0L), (status.BacklogBatches, status.Receipted));
        Assert.Contains(status.Alarms, alarm => alarm.Contains("compare uplink.storeKeys with the store's key"));
        Assert.Equal(box.Written.Keys, box.OnFlash());
    }

    [ProgramFact("mosquitto")]
    public async Task A_refused_batch_is_kept_told_and_not_sent_again()
    {
        await using MosquittoBroker broker = new("store-1");
        using SegmentBox box = WithBacklog(7, runs: 1, batchesEach: 60);
        using SigningKey key = SigningKey.New(RandomNumberGenerator.Fill);
        await using FakeStore store = new(
            broker, key, (_, batch) => batch is { Epoch.Number: 1, Sequence: 7 } ? Refusal.WrongNotice : Refusal.None);
        bool wasKilled = false;
        UplinkStatus status = await RunAsync(broker, box, key, 1, s =>
        {
            if (s.Refused == 1 && !wasKilled)
            {
                wasKilled = true;
                broker.Kill();
                broker.Start();
            }

            return s is { Receipted: 60, Refused: 1, State: "connected" } && wasKilled;
        });
        Assert.Equal(0, status.BacklogBatches);
        Assert.Single(store.Batches(), (1u, 7u));
        Assert.Contains(status.Alarms, alarm => alarm.Contains("1/7: it names another notice than the one in force"));
        Assert.Contains((1u, 7u), box.OnFlash());
        Assert.DoesNotContain((1u, 40u), box.OnFlash());
    }

    [ProgramFact("mosquitto")]
    public async Task What_reached_the_broker_while_no_store_was_there_is_sent_again()
    {
        await using MosquittoBroker broker = new("store-1");
        using SegmentBox box = WithBacklog(8, runs: 2, batchesEach: 10);
        using SigningKey key = SigningKey.New(RandomNumberGenerator.Fill);
        FakeStore? store = null;
        string[] alarms = [];
        await RunAsync(broker, box, key, 1, status =>
        {
            if (store is null && status.Alarms.Any(alarm => alarm.Contains("no store is subscribed")))
            {
                alarms = [.. status.Alarms];
                store = new FakeStore(broker, key, (_, _) => Refusal.None);
            }

            return status.Receipted == 21;
        });
        await using (store)
        {
            Assert.Single(alarms);
            Assert.Equal(box.Written.Keys, store!.Batches().Distinct().Order());
            Assert.Superset(
                new HashSet<string> { "statement 1", "statement 2", "statement 3" }, store.Arrivals.ToHashSet());
        }
    }

    [ProgramFact("mosquitto")]
    public async Task A_flash_that_was_full_takes_batches_again_once_receipts_have_freed_it()
    {
        await using MosquittoBroker broker = new("store-1");
        using SegmentBox box = new(12, totalBytesMax: 256 * 1024);
        using SigningKey key = SigningKey.New(RandomNumberGenerator.Fill);
        await using FakeStore store = new(broker, key, (_, _) => Refusal.None);
        box.Open();
        using FlashFolder flash = FlashFolder.OpenForReading(box.Folder);
        using UplinkService uplink = Open(broker, box, flash, key);
        Assert.False(box.Write(1000));
        int held = box.Written.Count;
        Assert.InRange(held, 40, 64);
        uplink.SettleJournal(box.Journal);
        Assert.False(box.Write(1));
        uplink.Start(Fail);
        await UntilAsync(uplink, () =>
        {
            uplink.SettleJournal(box.Journal);
            bool hasRoom = box.Write(box.Written.Count < 3 * held ? 1 : 0);
            return hasRoom && box.Written.Count == 3 * held && uplink.Status.BacklogBatches == 0;
        });
        await uplink.StopAsync();
        Assert.Equal(box.Written.Keys, store.Batches().Distinct().Order());
        Assert.InRange(box.Journal.Bytes, 1, 256 * 1024);
    }

    [ProgramFact("mosquitto")]
    public async Task The_state_topic_says_online_and_then_stopped()
    {
        await using MosquittoBroker broker = new("store-1");
        using SegmentBox box = new(9);
        using SigningKey key = SigningKey.New(RandomNumberGenerator.Fill);
        await using MqttLink watcher = await broker.OpenAsync("operator");
        Assert.NotNull(await watcher.Connected.WaitAsync(Patience));
        await watcher.SubscribeAsync(new Subscription($"icr/v1/{Device}/state")).WaitAsync(Patience);
        await using FakeStore store = new(broker, key, (_, _) => Refusal.None);
        await RunAsync(broker, box, key, 3, status => status.Receipted == 3);
        List<string> states = [];
        while (states.LastOrDefault() != "stopped")
        {
            InboundMessage message = await watcher.Messages.ReadAsync().AsTask().WaitAsync(Patience);
            watcher.Accept(message.PacketId);
            using JsonDocument state = JsonDocument.Parse(message.Message.Payload);
            states.Add(state.RootElement.GetProperty("state").GetString()!);
            Assert.Equal("ok", state.RootElement.GetProperty("health").GetString());
        }

        Assert.Equal("online", states[0]);
    }

    [ProgramFact("mosquitto")]
    public async Task A_broker_that_cannot_be_reached_or_believed_is_told_with_a_hint()
    {
        await using MosquittoBroker broker = new("store-1");
        await using MosquittoBroker foreign = new("store-1");
        using SegmentBox box = new(10);
        using SigningKey key = SigningKey.New(RandomNumberGenerator.Fill);
        UplinkOptions options = OptionsOf(broker, key);
        Assert.Contains("check the broker's certificate", await ErrorAsync(options with { Port = foreign.Port }));
        Assert.Contains("certificate files: ", await ErrorAsync(options with { KeyFile = options.KeyFile + ".gone" }));
        broker.Kill();
        Assert.Contains("is the broker running", await ErrorAsync(options));

        async Task<string> ErrorAsync(UplinkOptions tried)
        {
            using FlashFolder flash = FlashFolder.OpenForReading(box.Folder);
            using UplinkService uplink = new(
                tried, box.Keys.Device, 1, flash, RandomNumberGenerator.Fill, () => Healthy, Quick);
            uplink.Start(Fail);
            await UntilAsync(uplink, () => uplink.Status.LastError is not null);
            await uplink.StopAsync();
            return uplink.Status.LastError!;
        }
    }

    private static BoxHealth Healthy { get; } = new("ok", "1", "network", []);

    private static UplinkTiming Quick { get; } = new()
    {
        BackoffFirstMs = 10,
        BackoffLastMs = 50,
        ReceiptTimeoutMs = 500,
    };

    private static void Fail(Exception failure) => throw new InvalidOperationException("the uplink broke", failure);

    private static SegmentBox WithBacklog(int seed, int runs, int batchesEach)
    {
        SegmentBox box = new(seed);
        for (int run = 0; run < runs; run++)
        {
            box.Open();
            box.Write(batchesEach);
            box.Close();
        }

        return box;
    }

    private static UplinkOptions OptionsOf(MosquittoBroker broker, SigningKey storeKey)
    {
        (string certificate, string key) = broker.IssueFiles(Device);
        return new UplinkOptions
        {
            Host = "localhost",
            Port = broker.Port,
            CaFile = broker.AuthorityFile,
            CertificateFile = certificate,
            KeyFile = key,
            StoreKeys = [Convert.ToHexStringLower(storeKey.Public.Point.Span)],
        };
    }

    private static UplinkService Open(MosquittoBroker broker, SegmentBox box, FlashFolder flash, SigningKey storeKey)
    {
        UplinkService uplink = new(
            OptionsOf(broker, storeKey), box.Keys.Device, box.Epoch, flash, RandomNumberGenerator.Fill,
            () => Healthy, Quick);
        box.Journal.OnDurable = uplink.Offer;
        return uplink;
    }

    /// <summary>One run of a box with its uplink until the status is as wanted; returns that status.</summary>
    private static async Task<UplinkStatus> RunAsync(
        MosquittoBroker broker, SegmentBox box, SigningKey key, int batches, Func<UplinkStatus, bool> isDone)
    {
        box.Open();
        using FlashFolder flash = FlashFolder.OpenForReading(box.Folder);
        using UplinkService uplink = Open(broker, box, flash, key);
        uplink.Start(Fail);
        box.Write(batches);
        UplinkStatus last = uplink.Status;
        await UntilAsync(uplink, () =>
        {
            uplink.SettleJournal(box.Journal);
            last = uplink.Status;
            return isDone(last);
        });
        uplink.SettleJournal(box.Journal);
        box.Close();
        await uplink.StopAsync();
        return last;
    }

    /// <summary>Takes the writer thread's part, pass after pass, until something holds.</summary>
    private static async Task UntilAsync(UplinkService uplink, Func<bool> pass)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!pass())
        {
            if (patience.IsCancellationRequested)
            {
                Assert.Fail($"not within {Patience}: {JsonSerializer.Serialize(uplink.Status)}");
            }

            await Task.WhenAny(Task.Delay(5, patience.Token));
        }
    }

    /// <summary>First arrivals rise, and the statement of an epoch is there before the first of its batches.</summary>
    private static void AssertInOrder(IReadOnlyList<string> arrivals)
    {
        List<string> first = [.. arrivals.Distinct()];
        List<(uint Epoch, uint Sequence)> batches = [.. first
            .Where(text => text.StartsWith("batch ", StringComparison.Ordinal))
            .Select(text => text["batch ".Length..].Split('/'))
            .Select(parts => (uint.Parse(parts[0]), uint.Parse(parts[1])))];
        Assert.Equal(batches.Order(), batches);
        foreach (uint epoch in batches.Select(batch => batch.Epoch).Distinct())
        {
            Assert.InRange(first.IndexOf($"statement {epoch}"), 0, first.IndexOf($"batch {epoch}/0") - 1);
        }
    }
}
