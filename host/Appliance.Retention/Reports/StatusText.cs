using static System.FormattableString;

namespace Appliance.Retention.Reports;

/// <summary>The status of a store as a person reads it.</summary>
internal static class StatusText
{
    private const string SplitSentence =
        "split: a warden has the day keys; whoever administers both on one machine has all of them";

    public static void Write(TextWriter output, StatusReport status)
    {
        output.WriteLine($"store    {status.Store} in {status.Data}");
        output.WriteLine($"custody  {(status.CustodyIsSplit ? SplitSentence : LabMode.Sentence)}");
        output.WriteLine(status.Clock.ToText());
        output.WriteLine(Invariant($"ledger   {status.Ledger.Entries} entries, root {status.Ledger.Root}"));
        foreach (DeviceStatus device in status.Devices)
        {
            Write(output, device);
        }

        foreach (NoticeStatus notice in status.Notices)
        {
            output.WriteLine(notice.ToText());
        }

        foreach (DayStatus day in status.Days)
        {
            output.WriteLine(Invariant(
                $"day      {day.Day}: {day.Batches} batches, {day.Records} records, {day.Bytes} bytes"));
        }

        if (status.Destroyed is { Statements: > 0 } destroyed)
        {
            string keys = Invariant($"{destroyed.Statements} statements: {destroyed.Keys} day keys destroyed");
            output.WriteLine($"log      {keys}, up to {destroyed.LastDay}");
        }

        output.WriteLine(Invariant($"alarms   {status.AlarmsTotal}"));
        foreach (AlarmStatus alarm in status.Alarms)
        {
            string where = alarm.Device.Length == 0
                ? ""
                : Invariant($" {alarm.Device} epoch {alarm.Epoch} batch {alarm.Batch}");
            output.WriteLine(Invariant($"  {alarm.Last} {alarm.Kind}{where}: {alarm.Text} ({alarm.Count} times)"));
        }
    }

    private static void Write(TextWriter output, DeviceStatus device)
    {
        output.WriteLine($"device   {device.Device}{(device.Enrolled ? "" : ", not enrolled")}");
        output.WriteLine($"  records   {device.First ?? "none"}{(device.Last is null ? "" : " to " + device.Last)}");
        output.WriteLine(Invariant(
            $"  here      {device.Batches} batches, {device.Records} records, {device.Bytes} bytes"));
        output.WriteLine(
            $"  chain     whole up to {device.Contiguous ?? "nothing"}; "
            + Invariant($"{device.Missing} missing, {device.Waiting} waiting, {device.Forks} forks"));
        foreach (EpochStatus epoch in device.Epochs)
        {
            string missing = epoch.Missing == 0 ? "" : Invariant($", {epoch.Missing} missing after {epoch.Contiguous}");
            output.WriteLine(Invariant(
                $"  epoch {epoch.Number,-4}{epoch.State}, {epoch.Batches} batches, {epoch.Records} records{missing}"));
        }
    }
}
