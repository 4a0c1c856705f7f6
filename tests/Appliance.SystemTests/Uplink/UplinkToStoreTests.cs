using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Uplink;
using Appliance.Linux;
using Appliance.SystemTests.Mqtt;
using Appliance.SystemTests.Retention;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Uplink;

/// <summary>
/// The box's own uplink, a real mosquitto and the store as a process: broker and store are killed at seeded points, the
/// box ends its run with batches on their way. In the end the store holds every batch once, and the flash is free.
/// </summary>
public sealed class UplinkToStoreTests(ITestOutputHelper report)
{
    private const int Seed = 11;
    private static readonly int Kills = FullRun.IsOn ? 50 : 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(FullRun.IsOn ? 600 : 90);

    [ProgramFact("mosquitto")]
    public async Task Whatever_is_killed_on_the_way_every_batch_is_in_the_store_once()
    {
        Random random = new(Seed);
        await using MosquittoBroker broker = new("store-1");
        using SegmentBox box = new(Seed);
        using ServedStore store = new(broker, box.Keys);
        store.Start();
        for (int kill = 0; kill <= Kills; kill++)
        {
            await RunAsync(broker, store, box, kill == Kills ? Who.Nobody : (Who)(kill % 3), random.Next(5, 25));
        }

        Assert.Equal(0, store.Terminate());
        Outcome verified = Programs.Retention("verify", "--data", store.Folder.Root);
        report.WriteLine(verified.Output + verified.Error);
        Assert.Equal(0, verified.Code);
        Assert.StartsWith($"verified  {box.Written.Count} batches, ", verified.Output);
        Assert.Contains($"ledger    {box.Written.Count} entries\n", verified.Output);
        Assert.Contains("missing   0 batches", verified.Output);
        Assert.All(box.OnFlash(), batch => Assert.Equal(box.Epoch, batch.Epoch));
    }

    /// <summary>One run of the box of 30 batches, in which one of the three is struck after so many receipts.</summary>
    private static async Task RunAsync(MosquittoBroker broker, ServedStore store, SegmentBox box, Who who, int after)
    {
        box.Open();
        using FlashFolder flash = FlashFolder.OpenForReading(box.Folder);
        (string certificate, string key) = broker.IssueFiles("box-1");
        UplinkOptions options = new()
        {
            Host = "localhost",
            Port = broker.Port,
            CaFile = broker.AuthorityFile,
            CertificateFile = certificate,
            KeyFile = key,
            StoreKeys = [Convert.ToHexStringLower(store.Key.Point.Span)],
        };
        UplinkTiming timing = new()
        {
            BackoffFirstMs = 10,
            BackoffLastMs = 100,
            ReceiptTimeoutMs = 1000,
            StopFlushMs = 1,
        };
        using UplinkService uplink = new(
            options, box.Keys.Device, box.Epoch, flash, RandomNumberGenerator.Fill,
            () => new BoxHealth("ok", "1", "network", []), timing);
        box.Journal.OnDurable = uplink.Offer;
        uplink.Start(static failure => throw new InvalidOperationException("the uplink broke", failure));
        int due = box.Written.Count + 30;
        bool isDone = false;
        using CancellationTokenSource patience = new(Patience);
        while (!isDone)
        {
            box.Write(box.Written.Count < due ? 1 : 0);
            uplink.SettleJournal(box.Journal);
            UplinkStatus status = uplink.Status;
            if (who != Who.Nobody && status.Receipted >= after)
            {
                isDone = who == Who.Box;
                Strike(who, broker, store);
                who = Who.Nobody;
            }

            isDone |= who == Who.Nobody && box.Written.Count == due
                && status is { BacklogBatches: 0, BacklogIsWhole: true };
            Assert.False(
                patience.IsCancellationRequested,
                $"seed {Seed}: {JsonSerializer.Serialize(status)}; {store.Said}");
            await Task.WhenAny(Task.Delay(5, patience.Token));
        }

        uplink.SettleJournal(box.Journal);
        box.Close();
        await uplink.StopAsync();
    }

    private static void Strike(Who who, MosquittoBroker broker, ServedStore store)
    {
        if (who == Who.Broker)
        {
            broker.Kill();
            broker.Start();
        }
        else if (who == Who.Store)
        {
            store.Kill();
            store.Start();
        }
    }

    private enum Who
    {
        Broker,
        Store,
        Box,
        Nobody,
    }
}
