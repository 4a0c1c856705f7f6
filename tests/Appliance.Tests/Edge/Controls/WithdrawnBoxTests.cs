using Appliance.Edge.Configuration;
using Appliance.Edge.Controls;
using Appliance.Edge.Pipeline;
using Appliance.Flow;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Mqtt;
using Appliance.Retention.Archive;
using Appliance.Tests.Flow.Engine;
using Appliance.Time;
using Appliance.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Appliance.Tests.Edge.Controls;

/// <summary>A box's pipeline when its notice is withdrawn: what is written, and what the chain says.</summary>
public sealed class WithdrawnBoxTests : IDisposable
{
    private const int Day = (int)(TwoLegs.StartNs / 1_000_000_000 / 86_400);
    private readonly ControlWorld world = new();
    private readonly KeySet keys = KeySet.MakeLab(new Random(3).NextBytes, Day, 2);
    private readonly RecordQueue unused = new(8192);

    public void Dispose() => world.Dispose();

    [Fact]
    public void Nothing_of_what_is_in_memory_is_written_and_the_chain_says_when_and_how_much()
    {
        using (Run run = new(this))
        {
            run.Play(0);
            run.Box.Engine.CloseAll(EndReason.Stopped);
            run.Drain();
            run.Close();
        }

        Assert.True(Batches().Sum(batch => batch.Manifest.Rows) > 0);
        int before = Batches().Count;
        using (Run run = new(this))
        {
            run.Play(0);
            run.Box.Engine.CloseAll(EndReason.Stopped);
            run.Drain();
            int open = run.Box.OpenRows;
            Assert.InRange(open, 1, 1000);
            run.Service.OnOtherwise = run.Box.EndRecording;
            Assert.Equal(ReasonCode.Success, run.Send(Withdrawal(7)));
            run.Serve();
            Assert.Equal(before, Batches().Count);
            run.Drain();
            run.Serve();

            List<(Manifest Manifest, RowBatch Rows)> said = Batches();
            Manifest last = said[^1].Manifest;
            Assert.Equal((before + 1, 0, 7UL), (said.Count, last.Rows, last.LastControl));
            ManifestEvent told = Assert.Single(last.Events);
            Assert.Equal(EventKind.ControlTaken, told.Kind);
            Assert.Equal(
                $"control 7 taken: notice {keys.Notice} withdrawn; recording ends: {open} records and 0 open flows in "
                    + "memory are not written",
                told.Text);
            ManifestGap gap = Assert.Single(last.Gaps);
            Assert.Equal((said[^2].Manifest.Last, GapCause.Restart), (gap.From, gap.Cause));
            run.Play(40_000);
            run.Box.Engine.CloseAll(EndReason.Stopped);
            run.Drain();
            run.Close();
            run.Service.Settle(run.Box);
        }

        Assert.All(Batches().Skip(before), batch => Assert.Equal(0, batch.Manifest.Rows));
        Assert.Empty(ControlBook.Open(Journal, keys.Device).Untold());
    }

    [Fact]
    public void A_withdrawal_that_no_manifest_could_tell_is_told_by_the_next_run_which_does_not_record()
    {
        using (Run run = new(this))
        {
            Assert.Equal(ReasonCode.Success, run.Send(Withdrawal(7)));
        }

        using Run next = new(this);
        Assert.False(next.Service.IsOtherwise);
        Assert.Equal("withdrawn", next.Service.Status.State);
        next.Drain();
        next.Serve();
        Manifest told = Batches()[^1].Manifest;
        Assert.Equal($"control 7 taken: notice {keys.Notice} withdrawn", Assert.Single(told.Events).Text);
        Assert.Equal(7UL, told.LastControl);
        Assert.Empty(ControlBook.Open(Journal, keys.Device).Untold());
    }

    [Fact]
    public void A_run_that_records_nothing_is_a_gap_from_the_last_record_to_its_end()
    {
        using (Run run = new(this))
        {
            run.Play(0);
            run.Box.Engine.CloseAll(EndReason.Stopped);
            run.Drain();
            Assert.Equal(ReasonCode.Success, run.Send(Withdrawal(7)));
            run.Close();
        }

        List<(Manifest Manifest, RowBatch Rows)> before = Batches();
        using (Run next = new(this))
        {
            next.Box.NoteNothingRecorded(TwoLegs.StartNs + 50_000_000_000);
            next.Wait(60_000);
            next.Drain();
            next.Serve();
            next.Wait(120_000);
            next.Drain();
            next.Close();
        }

        ManifestGap[] gaps = [.. Batches().Skip(before.Count).SelectMany(batch => batch.Manifest.Gaps)];
        Assert.Equal(
            [
                new ManifestGap(before[^1].Manifest.Last, At(60_000), GapCause.Restart),
                new ManifestGap(At(60_000), At(120_000), GapCause.Restart),
            ],
            gaps);

        static TaiTime At(long ms) => new((TwoLegs.StartNs / 1000) + (ms * 1000));
    }

    [Fact]
    public void A_refused_message_stands_in_the_next_manifest_and_is_counted_there()
    {
        using Run run = new(this);
        Assert.Equal(ReasonCode.NotAuthorized, run.Send(Withdrawal(7) with { Kind = ControlKind.Update }));
        run.Drain();
        run.Serve();
        run.Close();

        Manifest last = Batches()[^1].Manifest;
        ManifestEvent told = Assert.Single(last.Events);
        Assert.Equal((EventKind.Alarm, 0UL), (told.Kind, last.LastControl));
        Assert.StartsWith(
            "control message refused: this version does not act on kind 8", told.Text, StringComparison.Ordinal);
        Assert.Equal(1UL, last.Counters[(int)Counter.Alarms]);
    }

    [Fact]
    public void A_book_that_was_put_back_after_the_chain_told_of_it_ends_the_recording()
    {
        string file = Path.Combine(Journal, "control.json");
        using (Run run = new(this))
        {
            Assert.Equal(ReasonCode.Success, run.Send(Withdrawal(7, new Id16(1, 1))));
            run.Drain();
            run.Serve();
            run.Close();
        }

        File.Delete(file);
        using Run next = new(this);
        Assert.True(next.Service.IsOtherwise);
        Assert.Equal(("unknown", 7UL), (next.Service.Status.State, next.Service.Status.LastNumber));
        Assert.Equal(ReasonCode.NotAuthorized, next.Send(Withdrawal(7, new Id16(1, 1))));
        Assert.Equal(ReasonCode.Success, next.Send(Withdrawal(8, new Id16(1, 1))));
        Assert.False(next.Service.IsOtherwise);
    }

    [Fact]
    public void The_chain_goes_on_from_a_notice_to_the_next()
    {
        using (Run run = new(this))
        {
            Assert.Equal(ReasonCode.Success, run.Send(Withdrawal(7)));
            run.Box.EndRecording();
            run.Drain();
            run.Serve();
            run.Close();
        }

        string later = keys.ToJson().Replace(keys.Notice.ToString(), new Id16(5, 5).ToString());
        Assert.True(KeySet.TryParse(later, out KeySet? next, out string wrong), wrong);
        using Run again = new(this, next);
        Assert.Equal("recording", again.Service.Status.State);
        Assert.Equal(7UL, again.Box.ControlBefore);
        Assert.NotNull(again.Box.Epoch.LastDurable);
        again.Play(80_000);
        again.Box.Engine.CloseAll(EndReason.Stopped);
        again.Drain();
        Assert.InRange(again.Box.OpenRows, 1, 1000);
        again.Close();
    }

    private string Journal => Path.Combine(world.Folder, "journal");

    private Control Withdrawal(ulong number, params Id16[] notices) =>
        world.Withdrawal(number, notices.Length == 0 ? [keys.Notice] : notices) with { Device = keys.Device };

    private List<(Manifest Manifest, RowBatch Rows)> Batches()
    {
        List<(Manifest, RowBatch)> found = [];
        ChainVerifier chain = new(keys.DeviceKey, new ReaderRules(keys.Device, keys.Notice, int.MaxValue));
        RowOpener opener = new(keys.Recipients.Where(key => key.Role == KeyRole.Ingest));
        using FlashFolder flash = FlashFolder.OpenForReading(Journal);
        foreach (JournalFrame frame in new JournalReader(flash).Frames())
        {
            if (frame.Label.Kind == FrameKind.EpochStatement)
            {
                chain.AddEpoch(frame.Payload);
            }
            else if (frame.Label.Kind == FrameKind.Batch)
            {
                chain.AddBatch(frame.Payload.ToArray(), out VerifiedBatch? batch);
                RowBatch rows = new();
                Refusal refusal = batch!.Manifest.Rows == 0
                    ? Refusal.None
                    : opener.TryOpen(batch, SectionSet.Both, out rows, out _);
                found.Add(refusal == Refusal.None
                    ? (batch.Manifest, rows)
                    : throw new InvalidOperationException($"{refusal}"));
            }
        }

        return found;
    }

    /// <summary>One run of the box, from recovery on.</summary>
    private sealed class Run : IDisposable
    {
        private readonly WithdrawnBoxTests test;
        private readonly FlashFolder flash;
        private long nowNs = TwoLegs.StartNs;

        public Run(WithdrawnBoxTests test, KeySet? keys = null)
        {
            this.test = test;
            KeySet own = keys ?? test.keys;
            ApplianceOptions options = new()
            {
                Notice = new NoticeOptions { Profile = "uk-icr" }, Batch = new BatchOptions { AgeSeconds = 3600 },
            };
            FlowOptions flow = new TwoLegs().Options;
            flash = FlashFolder.Open(test.Journal);
            Box = new BoxPipeline(
                options, flow, own, flash, new StampClock(), new SoftwareIdentity("test", default),
                new Random(4).NextBytes);
            Service = new ControlService(
                test.world.Options, own, ControlBook.Open(test.Journal, own.Device), () => test.world.Clock, Box,
                NullLogger.Instance);
        }

        public BoxPipeline Box { get; }

        public ControlService Service { get; }

        public ReasonCode Send(Control control) => Service.Desk.Take(
            new MqttMessage { Topic = "t", Payload = test.world.Signed(control) });

        /// <summary>A few connections through both legs.</summary>
        public void Play(double fromMs)
        {
            TwoLegs frames = new();
            for (int i = 0; i < 5; i++)
            {
                double at = fromMs + (i * 100);
                uint first = (uint)(1000 + i);
                string remote = $"{TwoLegs.Remote}:443";
                frames.Tcp(0, at, $"{TwoLegs.LineA}:{4000 + i}", remote, TwoLegs.Syn, first);
                frames.Tcp(1, at + 1, $"{TwoLegs.Public}:{7000 + i}", remote, TwoLegs.Syn, first);
            }

            frames.Play(Box.Engine, test.unused, quietSeconds: 0, close: false);
            nowNs = TwoLegs.StartNs + (long)((fromMs + 1000) * 1e6);
        }

        /// <summary>Nothing comes until then.</summary>
        public void Wait(double untilMs) => nowNs = TwoLegs.StartNs + (long)(untilMs * 1e6);

        public void Drain() => Assert.True(Box.Drain(nowNs));

        public void Serve() => Service.Serve(Box, new TaiTime(nowNs / 1000));

        public void Close() => Assert.True(Box.Close());

        public void Dispose()
        {
            Box.Dispose();
            flash.Dispose();
        }
    }

    /// <summary>Stamps are true.</summary>
    private sealed class StampClock : IClockMap
    {
        public ClockReading Map(long stampNs) => new(new TaiTime(stampNs / 1000), 7, ClockState.Network);

        public ClockSummary Summarise() => default;
    }
}
