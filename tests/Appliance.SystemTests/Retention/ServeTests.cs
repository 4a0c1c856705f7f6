using System.Text.RegularExpressions;
using Appliance.Mqtt;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Ingest;
using Appliance.Retention.Warden;
using Appliance.SystemTests.Mqtt;
using Appliance.TestSupport;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Retention;

/// <summary>
/// <c>retention serve</c> as a process against a real mosquitto, with a box that sends again what has no receipt: store
/// and broker are killed at seeded points; nothing is lost and nothing is there twice.
/// </summary>
public sealed class ServeTests(ITestOutputHelper report)
{
    private const string Device = "box-1";
    private static readonly int Kills = FullRun.IsOn ? 50 : 6;
    private static readonly TimeSpan ReceiptPatience = TimeSpan.FromSeconds(3);

    [ProgramFact("mosquitto")]
    public async Task Killed_again_and_again_store_and_broker_lose_nothing_and_keep_nothing_twice()
    {
        const int Seed = 4;
        int count = Kills * 25;
        using var box = new TestBox(Seed);
        await using MosquittoBroker broker = new("store-1");
        using var store = new ServedStore(broker, box.Keys);
        store.Start();
        StartedEpoch run = box.Start(1);
        var waiting = new SortedDictionary<uint, SealedBatch>();
        for (int i = 0; i < count; i++)
        {
            SealedBatch batch = box.Seal(run, i);
            waiting.Add(batch.Sequence, batch);
        }

        var killing = new Killing(broker, store, new Random(Seed), count);
        for (int rounds = 0; waiting.Count > 0; rounds++)
        {
            Assert.True(rounds < 20 * Kills, $"seed {Seed}: {waiting.Count} of {count} unreceipted; {store.Said}");
            await DrainAsync(broker, store, box, run, waiting, killing);
        }

        Assert.Equal(Kills, killing.Done);
        Assert.Equal(0, store.Terminate());
        Outcome verified = Programs.Retention("verify", "--data", store.Folder.Root);
        report.WriteLine(verified.Output + verified.Error);
        Assert.Equal(0, verified.Code);
        Assert.StartsWith($"verified  {count} batches, {count} records, ", verified.Output);
        Assert.Contains($"ledger    {count} entries\n", verified.Output);
        Assert.Contains("missing   0 batches", verified.Output);
        Assert.Contains("stopped: ", store.Said);
    }

    [ProgramFact("mosquitto")]
    public async Task A_store_that_serves_forgets_by_itself_what_its_term_is_over_for()
    {
        using var box = new TestBox(8);
        await using MosquittoBroker broker = new("store-1");
        using var store = new ServedStore(broker, box.Keys, "--keep-days", "365");
        string file = store.Folder.BatchOf(box.Keys.Device, TestBox.Day, 1, 0);
        StartedEpoch run = box.Start(1);
        using (StoreWriter writer = StoreWriter.Open(store.Folder, TimeProvider.System))
        {
            writer.AddStatement(run.Bytes, "here");
            writer.AddBatch(box.Seal(run, 0).Bytes, "here");
            Assert.Equal(OutcomeKind.Stored, writer.Commit()[^1].Kind);
        }

        // Nothing bears this machine's clock out: all that it has are records of long ago.
        store.Start();
        store.WaitFor("every other sign of time only");
        store.WaitFor("connected to");
        Assert.Equal(0, store.Terminate());
        Assert.True(File.Exists(file));

        ForgetClock clock = ForgetClock.Open(store.Folder.Root, TimeProvider.System);
        clock.Reach((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000);
        clock.Save();
        store.Start();
        store.WaitFor(" 1 batches, 1 records");
        store.WaitFor("connected to");

        Assert.False(File.Exists(file));
        Assert.Contains("the store is being served", Programs.Retention("expire", "--data", store.Folder.Root).Error);
        Assert.Equal(0, store.Terminate());
        Assert.Contains("expired   1 batches", Programs.Retention("verify", "--data", store.Folder.Root).Output);
    }

    [ProgramFact("mosquitto")]
    public async Task A_notice_that_is_withdrawn_while_it_serves_goes_at_once_whatever_the_clock_says()
    {
        using var box = new TestBox(9);
        await using MosquittoBroker broker = new("store-1");
        using var store = new ServedStore(broker, box.Keys);
        string file = store.Folder.BatchOf(box.Keys.Device, TestBox.Day, 1, 0);
        StartedEpoch run = box.Start(1);
        using (StoreWriter writer = StoreWriter.Open(store.Folder, TimeProvider.System))
        {
            writer.AddStatement(run.Bytes, "here");
            writer.AddBatch(box.Seal(run, 0).Bytes, "here");
            writer.Commit();
        }

        using SigningKey one = SigningKey.New(new Random(1).NextBytes);
        using SigningKey two = SigningKey.New(new Random(2).NextBytes);
        new WardenTrust(new ControlTrust(one.Public, two.Public), box.Keys.Notice, one.Public, true)
            .Write(store.Folder.TrustFile);
        Directory.CreateDirectory(store.Folder.Notices);
        store.Start();
        store.WaitFor("connected to");
        bool before = File.Exists(file);

        var order = new KeepingOrder(KeepingKind.Withdrawn, box.Keys.Notice, 1, 0, "test");
        File.WriteAllBytes(Path.Combine(store.Folder.Notices, "w.part"), order.Sign(one, two));
        File.Move(Path.Combine(store.Folder.Notices, "w.part"), Path.Combine(store.Folder.Notices, "w.keeping"));
        store.WaitFor(" 1 batches, 1 records");

        Assert.Equal((true, false), (before, File.Exists(file)));
        Assert.DoesNotContain(KeyRing.Sets(store.Folder).SelectMany(set => set.Recipients), key => key.HasPrivate);
        Assert.Equal(0, store.Terminate());
    }

    [Transcript("retention serve")]
    [ProgramFact("mosquitto")]
    public async Task It_says_what_it_serves_that_it_is_connected_and_at_the_end_what_it_did()
    {
        using var box = new TestBox(7);
        await using MosquittoBroker broker = new("store-1");
        using var store = new ServedStore(broker, box.Keys);

        store.Start();
        store.WaitFor("connected to");
        int code = store.Terminate();

        string said = store.Said.Replace(store.Folder.Root, "DIR").Replace($":{broker.Port}", ":PORT");
        Assert.Equal(
            $"""
            retention: lab mode: custody is not split, this machine holds every day key
            info: retention[1] serving DIR from localhost:PORT in group store; store STORE, 1 devices enrolled
            info: retention[2] connected to localhost:PORT
            info: retention[7] stopped: 0 batches and 0 records stored, 0 known, 0 refused
            """,
            Regex.Replace(said, "store [0-9a-f]{32}", "store STORE").Trim());
        Assert.Equal(0, code);
    }

    [ProgramFact("mosquitto")]
    public async Task A_refusal_reaches_the_box_signed_and_with_its_reason()
    {
        using var box = new TestBox(5);
        await using MosquittoBroker broker = new("store-1");
        using var store = new ServedStore(broker, box.Keys);
        store.Start();
        StartedEpoch run = box.Start(1);
        byte[] bytes = box.Seal(run, 0).Bytes.ToArray();
        bytes[^1] ^= 1;
        await using MqttLink link = await broker.OpenAsync(Device);
        await link.Connected;
        await link.SubscribeAsync(new Subscription($"icr/v1/{Device}/receipt"));

        Receipt? refusal = null;
        while (refusal is null)
        {
            // Until the store has subscribed, the broker has nobody to give it to.
            await link.PublishAsync(Message("epoch", run.Bytes));
            await link.PublishAsync(Message("batch", bytes));
            refusal = await ReadAsync(link, store, box);
        }

        Assert.Equal(Refusal.CiphertextHash, refusal.Reason);
        Assert.Equal(0, store.Terminate());
    }

    [ProgramFact("mosquitto")]
    public async Task A_device_that_is_enrolled_while_the_store_serves_gets_receipts_from_then_on()
    {
        using var box = new TestBox(6);
        await using MosquittoBroker broker = new("store-1");
        using var store = new ServedStore(broker, device: null);
        store.Start();
        StartedEpoch run = box.Start(1);
        SealedBatch batch = box.Seal(run, 0);
        await using MqttLink link = await broker.OpenAsync(Device);
        await link.Connected;
        await link.SubscribeAsync(new Subscription($"icr/v1/{Device}/receipt"));

        Receipt before = await SendUntilAnsweredAsync(link, store, box, run, batch, receipt => true);
        string set = Path.Combine(store.Folder.Root, "from-the-box.json");
        File.WriteAllText(set, box.Keys.ToJson());
        Outcome added = Programs.Retention("keys", "add", set, "--data", store.Folder.Root);
        Receipt after = await SendUntilAnsweredAsync(
            link, store, box, run, batch, receipt => receipt.Reason != Refusal.UnknownEpoch);

        Assert.Equal(Refusal.UnknownEpoch, before.Reason);
        Assert.Equal((0, $"device {box.Keys.Device} is enrolled\n", ""), (added.Code, added.Output, added.Error));
        Assert.Equal((Refusal.None, batch.Id), (after.Reason, after.Id));
        Assert.Equal(0, store.Terminate());
    }

    private static async Task<Receipt> SendUntilAnsweredAsync(
        MqttLink link, ServedStore store, TestBox box, StartedEpoch run, SealedBatch batch,
        Func<Receipt, bool> isWanted)
    {
        while (true)
        {
            await link.PublishAsync(Message("epoch", run.Bytes));
            await link.PublishAsync(Message("batch", batch.Bytes));
            while (await ReadAsync(link, store, box) is { } receipt)
            {
                if (isWanted(receipt))
                {
                    return receipt;
                }
            }
        }
    }

    /// <summary>One connection of the box: statement, all that waits, then receipts until nothing comes.</summary>
    private static async Task DrainAsync(
        MosquittoBroker broker,
        ServedStore store,
        TestBox box,
        StartedEpoch run,
        SortedDictionary<uint, SealedBatch> waiting,
        Killing killing)
    {
        await using MqttLink link = await broker.OpenAsync(Device);
        await link.Connected;
        await link.SubscribeAsync(new Subscription($"icr/v1/{Device}/receipt"));
        await link.PublishAsync(Message("epoch", run.Bytes));
        Task sending = SendAllAsync(link, [.. waiting.Values]);
        while (waiting.Count > 0 && await ReadAsync(link, store, box) is { } receipt)
        {
            Assert.Equal(Refusal.None, receipt.Reason);
            if (waiting.TryGetValue(receipt.Sequence, out SealedBatch? batch))
            {
                Assert.Equal(batch.Id, receipt.Id);
                waiting.Remove(receipt.Sequence);
                killing.Strike(waiting.Count);
            }
        }

        await sending;
    }

    private static async Task SendAllAsync(MqttLink link, SealedBatch[] batches)
    {
        foreach (SealedBatch batch in batches)
        {
            await link.SendAsync(Message("batch", batch.Bytes));
        }
    }

    /// <summary>The next receipt, or null where none comes in time or the connection is over.</summary>
    private static async Task<Receipt?> ReadAsync(MqttLink link, ServedStore store, TestBox box)
    {
        using var patience = new CancellationTokenSource(ReceiptPatience);
        try
        {
            InboundMessage inbound = await link.Messages.ReadAsync(patience.Token);
            link.Accept(inbound.PacketId);
            Refusal refusal = Receipt.TryVerify(
                inbound.Message.Payload, store.Key, box.Keys.Device, out Receipt? receipt);
            Assert.Equal(Refusal.None, refusal);
            return receipt;
        }
        catch (Exception none) when (none is OperationCanceledException
            or System.Threading.Channels.ChannelClosedException)
        {
            return null;
        }
    }

    private static MqttMessage Message(string what, ReadOnlyMemory<byte> payload) => new()
    {
        Topic = $"icr/v1/{Device}/{what}", Payload = payload, ContentType = "application/cose",
    };

    /// <summary>Kills the store or the broker whenever the number of waiting batches passes a seeded point.</summary>
    private sealed class Killing(MosquittoBroker broker, ServedStore store, Random random, int count)
    {
        public int Done { get; private set; }

        public void Strike(int waiting)
        {
            int next = count - ((Done + 1) * count / (Kills + 1));
            if (Done == Kills || waiting > next - random.Next(5))
            {
                return;
            }

            Done++;
            if (Done % 2 == 0)
            {
                broker.Kill();
                broker.Start();
            }
            else
            {
                store.Kill();
                store.Start();
            }
        }
    }
}
