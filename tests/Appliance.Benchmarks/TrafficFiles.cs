using System.Globalization;
using System.Text.Json;

namespace Appliance.Benchmarks;

/// <summary>Both legs of generated traffic as files in the page cache.</summary>
/// <param name="Folder">Where they lie.</param>
/// <param name="PacketsInside">Packets of the inside leg.</param>
/// <param name="PacketsOutside">Packets of the outside leg.</param>
/// <param name="Flows">Flows that were asked for.</param>
internal sealed record TrafficFiles(string Folder, long PacketsInside, long PacketsOutside, long Flows)
{
    public string Inside => Path.Combine(Folder, "inside.pcap");

    public string Outside => Path.Combine(Folder, "outside.pcap");

    public long Packets => PacketsInside + PacketsOutside;

    /// <summary>
    /// Generates about as many packets on both legs together, at so many a TCP or QUIC session and leg.
    /// </summary>
    public static TrafficFiles Make(string folder, int packetsPerSession, long packets)
    {
        Directory.CreateDirectory(folder);
        string plan = Path.Combine(folder, "plan.json");
        long flows = packets / (2 * packetsPerSession);
        File.WriteAllText(plan, JsonSerializer.Serialize(SessionTraffic.Plan(packetsPerSession, flows, 2000)));
        string output = Measured.RunOnce(
            "dotnet", Programs.Lab, "traffic", "--plan", plan, "--no-truth", "--out", folder);
        long[] counts = [.. PacketCounts(output)];
        return new TrafficFiles(folder, counts[0], counts[1], flows);
    }

    /// <summary>One line that says what the figures below it were measured on.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Packets:N0} packets, {Flows:N0} sessions: {(double)PacketsInside / Flows:F1} packets a session inside, "
        + $"{(double)PacketsOutside / Flows:F1} outside; "
        + $"{new FileInfo(Inside).Length / PacketsInside} B a packet in the file");

    public void Delete() => Directory.Delete(Folder, recursive: true);

    // The generator prints "F flows, N packets inside, M packets outside, ...".
    private static IEnumerable<long> PacketCounts(string output)
    {
        string[] words = output.Split([' ', '\n', ':'], StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, words.Length - 1)
            .Where(i => words[i + 1] == "packets" && words[i].All(char.IsAsciiDigit))
            .Select(i => long.Parse(words[i], CultureInfo.InvariantCulture));
    }
}

/// <summary>The product's own programs, as built beside this one.</summary>
internal static class Programs
{
    public static string Lab { get; } = Of("Appliance.Lab", "lab");

    public static string Icrctl { get; } = Of("Appliance.Icrctl", "icrctl");

    public static string Edge { get; } = Of("Appliance.Edge", "Appliance.Edge");

    public static string Retention { get; } = Of("Appliance.Retention", "retention");

    // artifacts/bin/<project>/<configuration>/<program>.dll
    private static string Of(string project, string program)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, program + ".dll");
    }
}
