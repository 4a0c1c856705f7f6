using System.CommandLine;
using System.Text;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Holds;
using Appliance.Retention.Ingest;
using Appliance.Retention.Log;
using Appliance.Retention.Notices;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;
using static System.FormattableString;

namespace Appliance.Retention.Commands;

/// <summary><c>retention expire</c>: forgets days whose retention has ended.</summary>
internal static class ExpireCommand
{
    public static Command Create(TimeProvider? time = null)
    {
        Option<string> data = DataOption.Create();
        Option<int> keep = new("--keep-days")
        {
            Description = "days before today that are kept at most; a notice may keep fewer",
            DefaultValueFactory = _ => NoticeBook.DaysMax,
        };
        Option<string> socket = WardenCommand.SocketOption();
        Option<string> witness = WitnessCommand.SocketOption();
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Option<bool> right = new("--clock-is-right")
        {
            Description = "in a lab: believe this machine's clock, whatever else tells the time; it is logged",
        };
        Command command = new("expire", "destroy the keys and records of days whose retention has ended")
        {
            data, keep, socket, witness, right, json,
        };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            TimeProvider clock = time ?? TimeProvider.System;
            var folder = new StoreFolder(parsed.GetValue(data)!);
            if (parsed.GetValue(right))
            {
                Believe(folder, clock);
            }

            return Run(
                folder,
                parsed.GetValue(keep),
                parsed.GetValue(json),
                clock,
                (parsed.GetValue(socket)!, parsed.GetValue(witness)!),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error);
        }));
        return command;
    }

    /// <summary>In a lab, where nobody's keys are pinned, one person says that the clock is right; logged.</summary>
    private static void Believe(StoreFolder folder, TimeProvider time)
    {
        if (File.Exists(folder.TrustFile))
        {
            throw new ArchiveException(
                "--clock-is-right is for a lab: here operator and custodian confirm the time, `notice clock`");
        }

        ulong now = UtcClock.Now(time);
        using FolderLock held = FolderLock.Take(folder.Root, StoreWriter.LockName);
        using var log = TransparencyLog.Open(folder.Log, time);
        log.Append(new LogDraft
        {
            Kind = LogKind.Control,
            Actor = LogActor.Operator,
            Content = Encoding.UTF8.GetBytes(
                $"clock confirmed in a lab: {UtcText.Of(LeapSeconds.ToTai((long)now))}"),
        });
        var clock = ForgetClock.Open(folder.Root, time);
        clock.Reach(now);
        clock.Save();
    }

    /// <summary>
    /// Destroys what was kept under a notice that is withdrawn, here and at the warden, and nothing of another one.
    /// </summary>
    public static int RunWithdrawn(
        StoreFolder folder,
        Id16 notice,
        TimeProvider time,
        (string Warden, string Witness) sockets,
        TextWriter output,
        TextWriter errors)
    {
        (ExpiryReport report, _) = Forget(folder, NoticeBook.DaysMax, notice, time, errors);
        KeepLog(folder, report, null, time, sockets, errors);
        Tell(report, output);
        return CodeOf(report);
    }

    private static int Run(
        StoreFolder folder,
        int keepDays,
        bool json,
        TimeProvider time,
        (string Warden, string Witness) sockets,
        TextWriter output,
        TextWriter errors)
    {
        if (keepDays < 1)
        {
            return Exit.Say(errors, Exit.BadInput, "--keep-days must be at least 1: today is never forgotten");
        }

        if (!File.Exists(folder.Database))
        {
            return Exit.Say(errors, Exit.BadInput, $"{folder.Database} is not there; give the data folder of a store");
        }

        (ExpiryReport report, ForgetTime now) = Forget(folder, keepDays, null, time, errors);
        ulong before = (ulong)Math.Max(now.Day - keepDays, 0) * StoreLimits.DayUs;

        // Keys are gone: that is logged before anything else may fail.
        KeepLog(folder, report, before, time, sockets, errors);
        int code = ForgetAnswers(folder, before, errors) ? CodeOf(report) : Exit.CheckFailed;
        if (json)
        {
            JsonText.Write(output, report);
            return code;
        }

        output.WriteLine($"kept from {report.FirstDayKept} on");
        Tell(report, output);
        return code;
    }

    /// <summary>What answers relied on, and what corrected it, goes with the records; false where not.</summary>
    private static bool ForgetAnswers(StoreFolder folder, ulong before, TextWriter errors)
    {
        try
        {
            using var register = AnswerRegister.Open(folder);
            register.ForgetBefore(before);
            CorrectionBook.ForgetBefore(folder, before);
            return true;
        }
        catch (ArchiveException damaged)
        {
            errors.WriteLine($"retention: {damaged.Message}");
            return false;
        }
    }

    private static int CodeOf(ExpiryReport report) =>
        report.OrdersRefused == 0 && report.IsBelieved ? Exit.Success : Exit.CheckFailed;

    private static void Tell(ExpiryReport report, TextWriter output)
    {
        output.WriteLine(Invariant($"destroyed {report.Keys} private day keys"));
        output.WriteLine(Invariant(
            $"forgot    {report.Batches} batches, {report.Records} records, {report.Bytes} bytes; manifests stay"));
        output.WriteLine(Invariant($"removed   {report.Aside} batches beside the archive"));
        output.WriteLine(Invariant(
            $"log       {report.Statements} statements of destruction, {report.Contents} contents forgotten"));
    }

    /// <summary>
    /// All of it where nobody writes. While the store is served the keys go now, without which the rest is noise, and
    /// the serving process forgets the rest.
    /// </summary>
    private static (ExpiryReport Report, ForgetTime Now) Forget(
        StoreFolder folder, int keepDays, Id16? only, TimeProvider time, TextWriter errors)
    {
        NoticeBook book = NoticeBook.Of(folder);
        var clock = ForgetClock.Open(folder.Root, time);
        try
        {
            using FolderLock held = FolderLock.Take(folder.Root, StoreWriter.LockName);
            using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: true);
            using ProgressLine progress = ProgressLine.On(errors, "retention expire", "batches");
            var expiry = new StoreExpiry(folder, database, book, time, clock) { Only = only };
            return (expiry.Run(keepDays, progress.Report), expiry.Time);
        }
        catch (JournalDeviceException used) when (used.Fault == DeviceFault.InUse)
        {
            using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
            var expiry = new StoreExpiry(folder, database, book, time, clock) { Only = only };
            ExpiryReport report = expiry.RunKeys(keepDays);
            errors.WriteLine(
                "retention: the store is being served: keys are destroyed now; sealed bytes, filters and rows go when "
                    + "who serves forgets: of a withdrawn notice at once, the rest with `--keep-days` once a day; or "
                    + "with `expire` while it is stopped");
            return (report, expiry.Time);
        }
    }

    /// <summary>The log: what was destroyed goes in, what is before a time is forgotten; null: nothing is.</summary>
    private static void KeepLog(
        StoreFolder folder,
        ExpiryReport report,
        ulong? before,
        TimeProvider clock,
        (string Warden, string Witness) sockets,
        TextWriter errors)
    {
        using var log = TransparencyLog.Open(folder.Log, clock);
        var keeping = new LogKeeping(folder, log, clock);
        new UnendedQuestions(folder, clock).End(log);
        report.Statements = keeping.LogOwn((ulong)report.Batches);
        LogDoubt(report, "store", report.Doubt, log, LogActor.Store, errors);
        if (File.Exists(folder.TrustFile))
        {
            try
            {
                PublicKey? pinned = WardenTrust.Read(folder.TrustFile).Witness;
                using var warden = new WardenClient(sockets.Warden);
                using var witness = new LogWitness(
                    log, warden, WitnessCommand.Connect(pinned, sockets.Witness), pinned);
                report.OrdersRefused = BringOrders(folder, warden, errors);
                string? doubt = warden.TellTime(NewestManifests.Of(folder));
                LogDoubt(report, "warden", doubt, log, LogActor.Warden, errors);
                report.Statements += new HoldDesk(new HoldFolder(folder.Holds), log, clock).TakeEnds(warden.Holds());
                report.Statements += keeping.LogOfWarden(warden, witness);
            }
            catch (WardenException refused)
            {
                // The statements wait at the warden, signed; the next run takes them.
                errors.WriteLine($"retention: the warden's statements were not logged now: {refused.Message}");
            }
        }

        report.Contents = before is { } time ? keeping.ForgetBefore(time) : 0;
    }

    /// <summary>A clock that is not believed is said and logged, each time, until somebody sees to it.</summary>
    private static void LogDoubt(
        ExpiryReport report, string whose, string? doubt, TransparencyLog log, LogActor actor, TextWriter errors)
    {
        if (doubt is not null)
        {
            report.IsBelieved = false;
            errors.WriteLine($"retention: {whose}: {doubt}");
            log.Append(new LogDraft
            {
                Kind = LogKind.Error, Actor = actor, Content = Encoding.UTF8.GetBytes($"clock of the {whose}: {doubt}"),
            });
        }
    }

    /// <summary>
    /// Shows the warden every order about a notice; it acts on those that are new to it. Returns how many it would not
    /// act on, which does not hold up what else is to be logged.
    /// </summary>
    private static int BringOrders(StoreFolder folder, WardenClient warden, TextWriter errors)
    {
        var refusals = new HashSet<string>();
        int refused = 0;
        foreach (byte[] order in NoticeBook.Papers(folder.Notices))
        {
            try
            {
                warden.Keep(order);
            }
            catch (WardenException no) when (no.IsAnswer)
            {
                refused++;
                refusals.Add(no.Message);
            }
        }

        foreach (string sentence in refusals)
        {
            errors.WriteLine($"retention: {sentence}");
        }

        return refused;
    }
}
