using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Flow;
using Appliance.Lab.Traffic;

namespace Appliance.Lab;

/// <summary><c>lab traffic</c>: writes both legs of a plan as capture files, and the truth beside them.</summary>
internal static class TrafficCommand
{
    private static readonly JsonSerializerOptions PlanFormat = new()
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        PropertyNameCaseInsensitive = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public static Command Create()
    {
        Option<FileInfo?> plan = new("--plan")
        {
            Description = "JSON file with properties of the plan; the rest keeps its default",
        };
        Option<ulong?> seed = new("--seed") { Description = "seed of all random numbers" };
        Option<int?> flows = new("--flows") { Description = "number of flows" };
        Option<bool> noTruth = new("--no-truth") { Description = "leave truth.csv out: needs no memory for each flow" };
        Option<DirectoryInfo> folder = new("--out") { Description = "folder for the files", Required = true };
        Command command = new("traffic", "Write inside.pcap, outside.pcap and truth.csv of generated traffic.")
        {
            plan, seed, flows, noTruth, folder,
        };
        command.SetAction((parsed, _) => Run(
            Read(parsed.GetValue(plan), parsed.GetValue(seed), parsed.GetValue(flows)),
            parsed.GetRequiredValue(folder),
            !parsed.GetValue(noTruth)));
        return command;
    }

    private static TrafficPlan Read(FileInfo? file, ulong? seed, int? flows)
    {
        TrafficPlan plan = new();
        try
        {
            if (file is not null)
            {
                plan = JsonSerializer.Deserialize<TrafficPlan>(File.ReadAllBytes(file.FullName), PlanFormat) ?? plan;
            }
        }
        catch (JsonException error)
        {
            throw new LabUsageException($"{file}: {error.Message} Correct the plan.", error);
        }

        return plan with { Seed = seed ?? plan.Seed, Flows = flows ?? plan.Flows };
    }

    private static async Task<int> Run(TrafficPlan plan, DirectoryInfo folder, bool keepTruth)
    {
        folder.Create();
        using TwoLegTraffic traffic = new(plan, keepTruth);
        long[] packets = await Task.WhenAll(
            Task.Run(() => Write(traffic.Inside, Path.Combine(folder.FullName, "inside.pcap"))),
            Task.Run(() => Write(traffic.Outside, Path.Combine(folder.FullName, "outside.pcap"))));
        if (keepTruth)
        {
            await File.WriteAllLinesAsync(
                Path.Combine(folder.FullName, "truth.csv"),
                traffic.Truth().Select(flow => flow.ToCsv()).Prepend(TruthFlow.CsvHeader));
        }

        Console.WriteLine(
            $"{plan.Flows} flows, {packets[0]} packets inside, {packets[1]} packets outside, "
            + $"{(double)packets[0] / plan.Flows:F1} packets a session on the inside leg, in {folder}");
        return LabExit.Success;
    }

    private static long Write(IPacketSource source, string path)
    {
        using PcapWriter writer = new(path);
        while (source.TryNext(out PacketBlock block) == SourceState.Block)
        {
            writer.Write(block);
        }

        return writer.Packets;
    }
}
