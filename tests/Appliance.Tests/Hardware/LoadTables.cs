using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Appliance.Tests.Hardware;

/// <summary>What each class of board can take, and what it writes to its flash.</summary>
internal static class LoadTables
{
    private const int DaysHeld = 30;
    private const double SecondsADay = 86_400;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Rated(BoardFile board)
    {
        StringBuilder text = new();
        text.Append(Invariant, $"# Rated load\n\n{PartTables.Made}**An estimate, not a measurement.** ");
        text.Append(Invariant, $"{board.Load.Note}\n");
        text.Append("Until it is measured on the board (`./appliance bench`), order by the low figure.\n\n");
        text.Append("| class | board | ports | packets a session | packets a second | subscriber traffic ");
        text.Append("| new sessions a second |\n|---|---|---|---|---|---|---|\n");
        foreach (BoardClass each in board.Classes)
        {
            for (int i = 0; i < board.Load.PacketsPerSession.Length; i++)
            {
                int packets = board.Load.PacketsPerSession[i];
                (double low, double high) = Packets(board, each, i);
                text.Append(Invariant, $"| {each.Name} | {each.Board} | {each.Ports} | {packets} ");
                text.Append(Invariant, $"| {low / 1e6:F2} to {high / 1e6:F2} M ");
                text.Append(Invariant, $"| {Gigabits(board, low):F1} to {Gigabits(board, high):F1} Gbit/s ");
                text.Append(Invariant, $"| {low / (2 * packets):N0} to {high / (2 * packets):N0} |\n");
            }
        }

        text.Append("\nPackets are of both legs together; traffic is of one leg, at ");
        text.Append(Invariant, $"{board.Load.BytesPerPacket} bytes a packet. What is beyond is dropped by\n");
        text.Append("the rings and counted, never guessed: `icrctl legs`. The ports take more than one thread can: ");
        text.Append("mirror\nwhat has to be recorded, and use a box for each few Gbit/s.\n");
        return text.ToString();
    }

    public static string Flash(BoardFile board)
    {
        using var figures = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(BoardFile.Folder, "figures.json")));
        JsonElement bytes = figures.RootElement.GetProperty("bytesASession");
        Storage drive = board.Storage;
        double written = drive.Gigabytes * drive.DriveWritesADay * 365 * drive.Years;
        StringBuilder text = new();
        text.Append(Invariant, $"# Flash: {DaysHeld} days of buffer, and endurance\n\n{PartTables.Made}");
        text.Append("Bytes a session are measured ([figures.json](../figures.json), `FlashFigureTests`) ");
        text.Append("at 500 new sessions a second;\n");
        text.Append("the rates of the rows are chosen; their figures are computed from that one, not measured.\n");
        text.Append(Invariant, $"{drive.Note}\n\nA drive of {drive.Gigabytes} GB, ");
        text.Append(Invariant, $"{100 * drive.UsableShare:F0} % of it ");
        text.Append(Invariant, $"for records: {drive.Gigabytes * drive.UsableShare:F0} GB. It may be written ");
        text.Append(Invariant, $"{written / 1000:F0} TB in all.\n\n| profile | bytes a session ");
        text.Append("| new sessions a second | GB a day | days until full without a store ");
        text.Append(Invariant, $"| {DaysHeld} days held | years of endurance |\n");
        text.Append("|---|---|---|---|---|---|---|\n");
        foreach (JsonProperty profile in bytes.EnumerateObject())
        {
            foreach (int sessions in (int[])[2_000, 5_000, 10_000, 16_000])
            {
                double day = sessions * profile.Value.GetDouble() * SecondsADay / 1e9;
                double full = drive.Gigabytes * drive.UsableShare / day;
                text.Append(Invariant, $"| {profile.Name} | {profile.Value.GetDouble():F1} ");
                text.Append(Invariant, $"| {sessions:N0} | {day:F1} ");
                text.Append(Invariant, $"| {full:F0} | {(full >= DaysHeld ? "yes" : "no: a larger drive")} ");
                text.Append(Invariant, $"| {written / (day * drive.WriteAmplification) / 365:F0} |\n");
            }
        }

        text.Append("\nWhen the flash is full the box stops accepting and records the gap; it never overwrites ");
        text.Append("what no store has\nacknowledged. Records, not endurance, decide the size of the drive.\n");
        return text.ToString();
    }

    private static (double Low, double High) Packets(BoardFile board, BoardClass each, int index)
    {
        double clock = each.Gigahertz / board.Load.CoreGigahertz * board.Load.ReferencePacketsPerSecond[index];
        return (clock * board.Load.CoreShareLow, clock * board.Load.CoreShareHigh);
    }

    private static double Gigabits(BoardFile board, double packets) =>
        packets / 2 * board.Load.BytesPerPacket * 8 / 1e9;
}
