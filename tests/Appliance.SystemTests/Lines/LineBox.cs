using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Flow;
using Appliance.Linux;
using Appliance.TestSupport;
using Appliance.Time;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Lines;

/// <summary>
/// The part of a box that hears RADIUS, with its journal in a folder: the very listener, table and pipeline of the
/// daemon, without packet rings. radclient and FreeRADIUS talk to it over the loopback interface.
/// </summary>
internal sealed class LineBox : IDisposable
{
    public const string Secret = "testing123";
    private const int AnswerMs = 1000;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lines-");
    private readonly ApplianceOptions options;
    private readonly KeySet keys;
    private FlashFolder? flash;
    private BoxPipeline? box;
    private Exception? failure;

    public LineBox(bool answers = true, string? staticFile = null)
    {
        Port = FreePort();
        int today = LeapSeconds.UtcDay(LeapSeconds.ToTai(NowNs / 1000));
        keys = KeySet.MakeLab(RandomNumberGenerator.Fill, today, 2);
        Directory.CreateDirectory(In("keys"));
        File.WriteAllText(In("keys", KeySet.FileName), keys.ToJson());
        File.WriteAllText(In("secret"), Secret + "\n");
        string text = JsonSerializer.Serialize(new
        {
            legs = new[] { new { @interface = "inside", leg = "inside" } },
            journal = new { path = In("journal") },
            sessions = new
            {
                listen = "127.0.0.1",
                port = Port,
                answer = answers,
                clients = new[] { new { prefix = "127.0.0.0/8", secretFile = In("secret") } },
                staticFile,
                table = TablePath,
            },
        });
        Assert.True(ConfigurationFile.TryParse(text, out options, out string problem), problem);
    }

    public int Port { get; }

    public string TablePath => In("sessions.sealed");

    public LineService Lines { get; private set; } = null!;

    private static long NowNs => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;

    public string In(params string[] names) => Path.Combine([folder.FullName, .. names]);

    /// <summary>Begins a run, as a start of the daemon does.</summary>
    public void Start()
    {
        bool isMade = FlowSettings.TryMake(options, options.Legs, ["inside"], out FlowOptions flow, out string problem);
        Assert.True(isMade, problem);
        flash = FlashFolder.Open(In("journal"));
        box = new BoxPipeline(
            options, flow, keys, flash, new DeclaredClock(1000), SoftwareIdentity.OfRunning(),
            RandomNumberGenerator.Fill);
        Lines = LineService.Open(options, keys, box, NowNs)!;
        Lines.Start(broken => failure = broken);
    }

    /// <summary>As many passes as take what the listener may hold, without a record being written.</summary>
    public void PumpAll()
    {
        for (int pass = 0; pass < 10; pass++)
        {
            Lines.Pump(NowNs);
        }
    }

    /// <summary>Ends the run: what was heard is durable, the table sealed.</summary>
    public async Task StopAsync()
    {
        await Lines.StopAsync();
        Assert.Null(failure);
        Lines.Finish(NowNs);
        Assert.True(box!.Drain(NowNs) && box.Close());
        Lines.Dispose();
        box.Dispose();
        flash!.Dispose();
    }

    /// <summary>Sends one request with radclient; its exit code is 0 only for an answer that is authentic.</summary>
    public Outcome Send(
        string attributes, string secret = Secret, int? port = null, int tries = 1, string kind = "acct")
    {
        string to = $"127.0.0.1:{port ?? Port}";
        ProcessStartInfo start = new("radclient", ["-r", $"{tries}", "-t", "2", to, kind, secret])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(attributes);
        process.StandardInput.Close();
        return Programs.Finish(process);
    }

    /// <summary>Sends the start of a session and does not wait for its answer, which so meets a closed port.</summary>
    public void BeginUnheard(int number)
    {
        using UdpClient client = new("127.0.0.1", Port);
        client.Send(Start(number));
    }

    /// <summary>
    /// Sends the starts of sessions, each with an address of its own, as fast as they are answered; how many were.
    /// </summary>
    /// <param name="first">Number of the first session.</param>
    /// <param name="count">How many.</param>
    public int Begin(int first, int count)
    {
        using UdpClient client = new("127.0.0.1", Port);
        client.Client.ReceiveTimeout = AnswerMs;
        int answered = 0;
        for (int i = first; i < first + count; i++)
        {
            client.Send(Start(i));
            try
            {
                IPEndPoint? from = null;
                answered += client.Receive(ref from).Length > 0 ? 1 : 0;
            }
            catch (SocketException)
            {
                return answered;
            }
        }

        return answered;
    }

    /// <summary>Records of a kind, as the store prints them: one dictionary a line.</summary>
    public List<Dictionary<string, string>> Records(string kind) => RecordsOf(In("journal"), In("keys"), kind);

    public static List<Dictionary<string, string>> RecordsOf(string journal, string keys, string kind)
    {
        Outcome outcome = Programs.Retention(
            "records", "--in", journal, "--keys", keys, "--format", "csv", "--kind", kind);
        Assert.True(outcome.Code == 0, outcome.Error);
        string[] lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] names = lines[0].Split(',');
        return
        [
            .. lines[1..].Select(line => names.Zip(line.Split(','))
                .ToDictionary(pair => pair.First, pair => pair.Second)),
        ];
    }

    private static byte[] Start(int number) =>
        RadiusMessage.Start($"s{number}", $"100.64.{number >> 8}.{number & 0xFF}").Bytes(Secret);

    public void Dispose() => folder.Delete(recursive: true);

    public static int FreePort()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
