using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Lab.Bed;
using Appliance.Linux.Packets;
using Appliance.SystemTests.Linux;
using Appliance.TestSupport;
using Appliance.Wire;

namespace Appliance.SystemTests.Controls;

/// <summary>
/// A box, its broker and whoever controls it, provisioned by the product, in a network namespace of their own with one
/// cable that shows the inside leg.
/// </summary>
internal sealed class ControlledBox : IDisposable
{
    public const string Device = "box-1";
    private const byte Udp = 17;
    private const int FrameBytes = 400;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-controlled-");
    private readonly VethPair cable = new();
    private readonly PacketSender sender;
    private readonly BedProcess broker;
    private BedProcess? daemon;
    private int port = 20_000;

    public ControlledBox()
    {
        BedProcess.Run("ip", "-n", cable.Namespace, "link", "set", "lo", "up");
        sender = cable.Sender();
        Outcome made = Programs.Icrctl(
            "provision", "--out", In("lab"), "--broker", "127.0.0.1", "--inside", "rx0", "--outside", "rx0", "--json");
        DeviceId = JsonDocument.Parse(made.Output).RootElement.GetProperty("device_id").GetString()!;
        NoticeId = JsonDocument.Parse(made.Output).RootElement.GetProperty("notice_id").GetString()!;
        Configure(options =>
        {
            options["legs"] = new JsonArray(new JsonObject { ["interface"] = "rx0", ["leg"] = "inside" });
            options["traffic"]!["flowLimit"] = 100_000;
            options["capture"]!["ratedPacketsPerSecond"] = 10_000;
            options["batch"]!["ageSeconds"] = 1;
        });
        broker = BedProcess.Start("ip", Inside("mosquitto", "-c", In("lab/broker/mosquitto.conf")));
        broker.WaitForError(" running", CancellationToken.None);
    }

    public string DeviceId { get; }

    public string NoticeId { get; }

    /// <summary>The daemon's process.</summary>
    public int Id => daemon!.Id;

    public void Start(params string[] options)
    {
        BedProcess? before = daemon;
        daemon = BedProcess.Start("ip", Inside(
            [
                "dotnet", Programs.Library("Appliance.Edge", "Appliance.Edge"), .. options,
                In("lab/device/appliance.json"),
            ]));
        if (options.Length > 0 && before?.Wait(Limit) == false)
        {
            throw new TimeoutException($"the first daemon does not hand over: {before.Errors} {daemon.Errors}");
        }

        before?.Dispose();
    }

    /// <summary>Its power goes.</summary>
    public void Kill()
    {
        BedProcess.Signal("KILL", Id);
        daemon!.Wait(Limit);
    }

    public void Stop()
    {
        BedProcess.Signal("TERM", Id);
        if (!daemon!.Wait(Limit))
        {
            throw new TimeoutException($"the daemon does not stop: {daemon.Errors}");
        }
    }

    /// <summary>Frames of so many flows, each with a port of its own; the first port.</summary>
    public int Send(int flows)
    {
        int first = port;
        for (int i = 0; i < 2 * flows; i++)
        {
            byte[] frame = RawFrame.Make(Udp, (ushort)(first + (i / 2)), 40_000, FrameBytes);
            BitConverter.TryWriteBytes(frame.AsSpan(18), (ushort)i);
            ((byte[])[100, 64, 0, 1, 198, 51, 100, 7]).CopyTo(frame, 26);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), FrameBytes - 34);
            while (!sender.TrySend(frame))
            {
                Thread.Yield();
            }
        }

        port += flows;
        return first;
    }

    /// <summary>Ports of the subscriber in the records on flash, as a holder of the day keys reads them.</summary>
    public HashSet<int> Recorded()
    {
        Outcome rows = Programs.Retention(
            "records", "--in", In("lab/device/journal"), "--keys", In("lab/store"), "--format", "csv", "--merged");
        string[] lines = rows.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int at = Array.IndexOf(lines[0].Split(','), "sub_port");
        return [.. lines.Skip(1).Select(line => int.Parse(line.Split(',')[at]))];
    }

    /// <summary>A message that both have signed, in a file.</summary>
    public string Message(ulong number, string notice, string custodian = "custodian.json")
    {
        string half = In($"{number}.half"), both = In($"{number}-{custodian}.control");
        Must(Programs.Retention(
            "control", "new", "--device", DeviceId, "--withdraw", notice, "--number", $"{number}", "--reason", "a test",
            "--key", In("lab/control/operator.json"), "--out", half));
        Must(Programs.Retention("control", "sign", half, "--key", In($"lab/control/{custodian}"), "--out", both));
        return both;
    }

    /// <summary>Makes the key of somebody who is not pinned.</summary>
    public string StrangerKey()
    {
        Must(Programs.Retention("people", "key", In("lab/control/stranger.json")));
        return "stranger.json";
    }

    /// <summary>Sends a message from beside the broker; what the program prints, at its end.</summary>
    public Func<(int Code, string Output)> BeginSend(string message, int waitSeconds = 60)
    {
        StringBuilder output = new();
        BedProcess sending = BedProcess.Start(
            "ip",
            Inside(
                "dotnet", Programs.Library("Appliance.Retention", "retention"), "control", "send", message, "--name",
                Device, "--broker", "127.0.0.1:8883", "--ca", In("lab/control/ca.pem"), "--cert",
                In("lab/control/control.pem"), "--cert-key", In("lab/control/control.key"), "--wait", $"{waitSeconds}"),
            line => output.Append(line).Append('\n'));
        return () =>
        {
            using (sending)
            {
                return sending.Wait(Limit)
                    ? (sending.ExitCode, output + sending.Errors)
                    : throw new TimeoutException($"the sender does not end: {output}{sending.Errors}");
            }
        };
    }

    public (int Code, string Output) SendMessage(string message) => BeginSend(message)();

    /// <summary>Another notice, with its keys, as an engineer puts it in place.</summary>
    public string GiveNewNotice()
    {
        string notice = Id16.New(new Random(5).NextBytes).ToString();
        string keys = In("lab/device/keyset.json");
        File.WriteAllText(keys, File.ReadAllText(keys).Replace(NoticeId, notice));
        Configure(options => options["notice"]!["id"] = notice);
        return notice;
    }

    /// <summary>`icrctl status` in words.</summary>
    public Outcome Status() => Programs.Icrctl("status", "--socket", In("lab/device/admin.sock"));

    /// <summary>The status once it is as wanted.</summary>
    public JsonElement WaitForStatus(Func<JsonElement, bool> isAsWanted, string what)
    {
        Stopwatch total = Stopwatch.StartNew();
        Outcome last = new(0, "", "");
        while (total.Elapsed < Limit)
        {
            last = Programs.Icrctl("status", "--json", "--socket", In("lab/device/admin.sock"));
            if (last.Output.Length > 0 && JsonDocument.Parse(last.Output).RootElement is var status
                && isAsWanted(status))
            {
                return status;
            }
        }

        throw new TimeoutException($"no {what}: {last.Output}{last.Error}{daemon!.Errors}");
    }

    /// <summary>Whether a text stands on the flash in the clear: manifests are signed, not sealed.</summary>
    public bool HasOnFlash(string text) => new DirectoryInfo(In("lab/device/journal")).EnumerateFiles()
        .Where(file => file.Length > 0 && file.Extension is not (".lock" or ".json"))
        .Any(file => Bytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    public void Dispose()
    {
        daemon?.Dispose();
        sender.Dispose();
        broker.Dispose();
        cable.Dispose();
        folder.Delete(recursive: true);
    }

    private static byte[] Bytes(FileInfo file)
    {
        using FileStream stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using MemoryStream read = new();
        stream.CopyTo(read);
        return read.ToArray();
    }

    private static void Must(Outcome outcome)
    {
        if (outcome.Code != 0)
        {
            throw new InvalidOperationException(outcome.Error);
        }
    }

    private void Configure(Action<JsonNode> change)
    {
        string file = In("lab/device/appliance.json");
        JsonNode options = JsonNode.Parse(File.ReadAllText(file))!;
        change(options);
        File.WriteAllText(file, options.ToJsonString());
    }

    private string[] Inside(params string[] command) => BedLayout.Inside(cable.Namespace, command);

    private string In(string name) => Path.Combine(folder.FullName, name);
}
