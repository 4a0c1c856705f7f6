using System.Diagnostics;
using System.Security.Authentication;
using Appliance.Icrctl.Provisioning;
using Appliance.Mqtt;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Mqtt;

/// <summary>
/// What every client promises behind <see cref="IBrokerLink"/>, against a real mosquitto over TLS 1.3 with the
/// product's certificates and access list. A client joins by saying how it is started.
/// </summary>
public abstract class BrokerLinkContract(ITestOutputHelper report)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Starts the client on a stream that is connected and authenticated.</summary>
    private protected abstract IBrokerLink Start(Stream stream, MqttOptions options);

    private async Task<IBrokerLink> OpenAsync(
        MosquittoBroker broker, string name, Func<MqttOptions, MqttOptions>? change = null)
    {
        MqttOptions options = new() { ClientId = name };
        return Start(await broker.DialAsync(broker.Issue(name)), change is null ? options : change(options));
    }

    private static MqttMessage Batch(string device, int seq, int bytes = 1000) => new()
    {
        Topic = $"icr/v1/{device}/batch",
        Payload = new byte[bytes],
        ContentType = "application/cose",
        UserProperties = [new("epoch", "1"), new("seq", seq.ToString())],
    };

    [ProgramFact("mosquitto")]
    public async Task A_batch_goes_up_to_one_store_of_the_group_and_a_receipt_comes_back()
    {
        const int Batches = 50;
        await using MosquittoBroker broker = new("store-1", "store-2");
        await using IBrokerLink one = await OpenAsync(broker, "store-1");
        await using IBrokerLink two = await OpenAsync(broker, "store-2");
        await using IBrokerLink box = await OpenAsync(broker, "box-1");
        Assert.True((await SubscribeAsync(box, new Subscription("icr/v1/box-1/receipt"))).IsGranted);
        List<string> stored = [];
        Task[] stores = [await ServeAsync(one, stored), await ServeAsync(two, stored)];
        for (int seq = 0; seq < Batches; seq++)
        {
            Assert.Equal(PublishState.Acknowledged, (await SendAsync(box, Batch("box-1", seq))).State);
        }

        HashSet<string> receipts = [];
        while (receipts.Count < Batches)
        {
            InboundMessage receipt = await box.Messages.ReadAsync().AsTask().WaitAsync(Patience);
            Assert.Equal("icr/v1/box-1/receipt", receipt.Message.Topic);
            Assert.True(receipts.Add(receipt.Message.UserProperty("seq")!));
            Assert.True(box.Accept(receipt.PacketId));
        }

        Assert.Equal(CloseCause.Local, (await one.DisconnectAsync()).Cause);
        await two.DisconnectAsync();
        await Task.WhenAll(stores);
        Assert.Equal(Batches, stored.Count);
        Assert.Equal(Batches, stored.Distinct().Count());
    }

    [ProgramFact("mosquitto")]
    public async Task A_device_writes_only_its_own_topics_and_reads_only_its_own()
    {
        await using MosquittoBroker broker = new("store-1");
        await using IBrokerLink store = await OpenAsync(broker, "store-1");
        await using IBrokerLink box = await OpenAsync(broker, "box-1");
        Assert.True((await SubscribeAsync(store, new Subscription("#"))).IsGranted);
        Assert.True((await SubscribeAsync(box, new Subscription("#"))).IsGranted);
        string[] forbidden = ["icr/v1/box-2/batch", "icr/v1/box-1/receipt", "icr/v1/box-1/control", "other"];
        foreach (string topic in forbidden)
        {
            PublishOutcome outcome = await SendAsync(box, new MqttMessage { Topic = topic });
            Assert.Equal((PublishState.Refused, ReasonCode.NotAuthorized), (outcome.State, outcome.Reason));
        }

        PublishOutcome control = await SendAsync(store, new MqttMessage { Topic = "icr/v1/box-1/control" });
        Assert.Equal(ReasonCode.NotAuthorized, control.Reason);
        foreach (string topic in (string[])["icr/v1/box-2/receipt", "icr/v1/box-1/receipt"])
        {
            await SendAsync(store, new MqttMessage { Topic = topic });
        }

        // The receipt of another box was sent first: what comes first here shows that it does not come at all.
        InboundMessage first = await box.Messages.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal("icr/v1/box-1/receipt", first.Message.Topic);
        Assert.Equal(PublishState.Acknowledged, (await SendAsync(box, Batch("box-1", 1))).State);
        InboundMessage batch = await store.Messages.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal("icr/v1/box-1/batch", batch.Message.Topic);
    }

    [ProgramFact("mosquitto")]
    public async Task A_killed_broker_ends_the_link_with_its_tickets_unknown_and_a_new_link_goes_on()
    {
        await using MosquittoBroker broker = new("store-1");
        await using (IBrokerLink box = await OpenAsync(broker, "box-1"))
        {
            Assert.Equal(PublishState.Acknowledged, (await SendAsync(box, Batch("box-1", 0))).State);
            broker.Freeze();
            List<Task<PublishOutcome>> tickets = [];
            for (int seq = 1; seq <= 3; seq++)
            {
                tickets.Add(await box.SendAsync(Batch("box-1", seq)));
            }

            broker.Kill();
            PublishOutcome[] outcomes = await Task.WhenAll(tickets).WaitAsync(Patience);
            Assert.All(outcomes, o => Assert.Equal(PublishState.Unknown, o.State));
            Assert.Equal(CloseCause.Transport, (await box.Closed.WaitAsync(Patience)).Cause);
            Assert.Equal(PublishState.Unknown, (await SendAsync(box, Batch("box-1", 4))).State);
        }

        broker.Start();
        await using IBrokerLink again = await OpenAsync(broker, "box-1");
        PublishOutcome outcome = await SendAsync(again, Batch("box-1", 1));
        Assert.Equal((PublishState.Acknowledged, ReasonCode.NoMatchingSubscribers), (outcome.State, outcome.Reason));
    }

    [ProgramFact("mosquitto")]
    public async Task A_frozen_broker_is_noticed_within_one_and_a_half_keep_alives()
    {
        await using MosquittoBroker broker = new();
        await using IBrokerLink box = await OpenAsync(broker, "box-1", o => o with { KeepAliveSeconds = 2 });
        Assert.Equal(2, (await box.Connected)!.KeepAliveSeconds);
        broker.Freeze();
        long from = Stopwatch.GetTimestamp();
        Task<PublishOutcome> ticket = await box.SendAsync(Batch("box-1", 0));
        LinkClosed end = await box.Closed.WaitAsync(Patience);
        TimeSpan took = Stopwatch.GetElapsedTime(from);
        broker.Thaw();
        Assert.Equal(CloseCause.KeepAliveTimeout, end.Cause);
        Assert.Equal(PublishState.Unknown, (await ticket).State);
        report.WriteLine($"frozen broker noticed after {took.TotalSeconds:F2} s (keep-alive 2 s)");
        Assert.InRange(took.TotalSeconds, 2.0, 3.0 + 2.0); // the bound is 3 s; the rest is a busy machine
    }

    [ProgramFact("mosquitto")]
    public async Task Foreign_missing_and_misused_certificates_are_refused_by_both_sides()
    {
        await using MosquittoBroker broker = new();
        using LabAuthority foreign = MosquittoBroker.NewAuthority();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        IssuedCertificate[] wrong =
        [
            foreign.IssueClient("box-1", now.AddHours(-1), now.AddDays(1)),
            broker.IssueExpired("box-1"),
        ];
        foreach (IssuedCertificate? own in (IssuedCertificate?[])[.. wrong, null])
        {
            // In TLS 1.3 the client's side of the handshake ends before the broker has looked at its certificate.
            await using IBrokerLink link = Start(
                await broker.DialAsync(own), new MqttOptions { ClientId = "box-1" });
            Assert.Null(await link.Connected.WaitAsync(Patience));
            Assert.Equal(CloseCause.Transport, (await link.Closed.WaitAsync(Patience)).Cause);
        }

        await Assert.ThrowsAsync<AuthenticationException>(
            () => broker.DialAsync(broker.Issue("box-1"), foreign.CertificatePem));
        await using IBrokerLink right = await OpenAsync(broker, "box-1");
        Assert.NotNull(await right.Connected.WaitAsync(Patience));
    }

    [ProgramFact("mosquitto")]
    public async Task The_broker_holds_back_what_the_store_has_no_room_for()
    {
        await using MosquittoBroker broker = new("store-1");
        await using IBrokerLink store = await OpenAsync(broker, "store-1", o => o with { ReceiveMaximum = 2 });
        await using IBrokerLink box = await OpenAsync(broker, "box-1");
        Assert.True((await SubscribeAsync(store, new Subscription("$share/store/icr/v1/+/batch"))).IsGranted);
        for (int seq = 0; seq < 10; seq++)
        {
            Assert.Equal(PublishState.Acknowledged, (await SendAsync(box, Batch("box-1", seq))).State);
        }

        Assert.InRange(store.Messages.Count, 0, 2);
        int held = 0;
        for (int seq = 0; seq < 10; seq++)
        {
            InboundMessage batch = await store.Messages.ReadAsync().AsTask().WaitAsync(Patience);
            held = Math.Max(held, store.Messages.Count + 1);
            Assert.Equal(seq.ToString(), batch.Message.UserProperty("seq"));
            Assert.True(store.Accept(batch.PacketId));
        }

        // mosquitto 2.0 sends two for each acknowledgement of a backlog; the link bears it and says so.
        report.WriteLine($"receive maximum 2: at most {held} held");
    }

    [ProgramFact("mosquitto")]
    public async Task The_will_speaks_for_a_box_that_vanished_and_is_silent_after_a_goodbye()
    {
        await using MosquittoBroker broker = new("store-1");
        await using IBrokerLink store = await OpenAsync(broker, "store-1");
        Assert.True((await SubscribeAsync(store, new Subscription("icr/v1/+/state"))).IsGranted);
        foreach (string name in (string[])["polite", "lost"])
        {
            MqttMessage will = new() { Topic = $"icr/v1/{name}/state", Payload = "{}"u8.ToArray(), Retain = true };
            Stream stream = await broker.DialAsync(broker.Issue(name));
            await using IBrokerLink box = Start(stream, new MqttOptions { ClientId = name, Will = will });
            Assert.NotNull(await box.Connected);
            if (name == "polite")
            {
                await box.DisconnectAsync();
            }

            await stream.DisposeAsync();
            await box.Closed;
        }

        InboundMessage state = await store.Messages.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal("icr/v1/lost/state", state.Message.Topic);
    }

    [ProgramFact("mosquitto")]
    public async Task Batches_of_256_KiB_all_arrive_and_the_rate_is_reported()
    {
        const int Batches = 400;
        const int Bytes = 256 * 1024;
        await using MosquittoBroker broker = new("store-1");
        await using IBrokerLink store = await OpenAsync(broker, "store-1");
        await using IBrokerLink box = await OpenAsync(broker, "box-1");
        List<string> stored = [];
        TaskCompletionSource allStored = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task serving = await ServeAsync(store, stored, answer: false, count =>
        {
            if (count == Batches)
            {
                allStored.SetResult();
            }
        });
        await box.Connected;
        long from = Stopwatch.GetTimestamp();
        List<Task<PublishOutcome>> tickets = [];
        for (int seq = 0; seq < Batches; seq++)
        {
            tickets.Add(await box.SendAsync(Batch("box-1", seq, Bytes)));
        }

        PublishOutcome[] outcomes = await Task.WhenAll(tickets).WaitAsync(Patience);
        Assert.DoesNotContain(outcomes, o => o.State != PublishState.Acknowledged);
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        double rate = Batches * (Bytes / 1e6) / seconds;
        report.WriteLine($"{Batches} x 256 KiB through mosquitto to a store: {rate:F0} MB/s");
        await allStored.Task.WaitAsync(Patience);
        await store.DisconnectAsync();
        await serving;
        Assert.Equal(Enumerable.Range(0, Batches).Select(s => s.ToString()), stored);
    }

    /// <summary>
    /// A store that is subscribed when this returns; the inner task takes batches of the group, remembers them, answers
    /// each with a receipt and then accepts it, until the link ends.
    /// </summary>
    private static async Task<Task> ServeAsync(
        IBrokerLink store, List<string> stored, bool answer = true, Action<int>? progress = null)
    {
        Assert.True((await SubscribeAsync(store, new Subscription("$share/store/icr/v1/+/batch"))).IsGranted);
        return TakeAsync(store, stored, answer, progress);
    }

    private static async Task TakeAsync(IBrokerLink store, List<string> stored, bool answer, Action<int>? progress)
    {
        await foreach (InboundMessage batch in store.Messages.ReadAllAsync())
        {
            string seq = batch.Message.UserProperty("seq")!;
            lock (stored)
            {
                stored.Add(seq);
            }

            if (answer)
            {
                await store.PublishAsync(new MqttMessage
                {
                    Topic = batch.Message.Topic.Replace("/batch", "/receipt"),
                    UserProperties = [new("seq", seq)],
                });
            }

            store.Accept(batch.PacketId);
            progress?.Invoke(stored.Count);
        }
    }

    private static async Task<RequestOutcome> SubscribeAsync(IBrokerLink link, Subscription wanted)
    {
        Assert.NotNull(await link.Connected.WaitAsync(Patience));
        return await link.SubscribeAsync(wanted).WaitAsync(Patience);
    }

    private static Task<PublishOutcome> SendAsync(IBrokerLink link, MqttMessage message) =>
        link.PublishAsync(message).WaitAsync(Patience);
}
