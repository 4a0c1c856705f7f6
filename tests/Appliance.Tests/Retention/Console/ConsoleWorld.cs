using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Appliance.Retention.Archive;
using Appliance.Retention.WebConsole;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.Tests.Wire;
using Appliance.Wire;

namespace Appliance.Tests.Retention.WebConsole;

/// <summary>A clock that stands at noon of the records' day until it is told to go on.</summary>
internal sealed class StepClock : TimeProvider
{
    private static readonly DateTimeOffset Begin = TestClock.OfDay(TestBox.Day).GetUtcNow();

    public TimeSpan Passed { get; set; } = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Passed.Ticks;

    public override DateTimeOffset GetUtcNow() => Begin + Passed - TimeSpan.FromDays(1);
}

/// <summary>
/// A store with its warden and the console before it, in this process, on a port of loopback. People have keys of their
/// browsers, enrolled by both roles.
/// </summary>
internal sealed class ConsoleWorld : IAsyncDisposable
{
    public const string Host = "icr.example";
    public const string Origin = "https://" + Host;

    private readonly Dictionary<string, Id16> people = [];
    private readonly List<ConsoleUser> users = [];
    private ConsoleServer? server;
    private X509Certificate2? certificate;
    private bool isLive;

    private ConsoleWorld()
    {
    }

    public OrderWorld Orders { get; } = new();

    public StepClock Clock { get; } = new();

    public X509Certificate2 Certificate => certificate!;

    public int Port => server!.Port;

    public StoreFolder Store => new(Orders.Data);

    /// <param name="origin">Origin of the pages; tests with a browser need the port in it.</param>
    /// <param name="port">Port to listen on; 0 for any.</param>
    /// <param name="live">No lab: people are enrolled in two steps, answers are sealed.</param>
    public static async Task<ConsoleWorld> Start(string origin = Origin, int port = 0, bool live = false)
    {
        var world = new ConsoleWorld { isLive = live };
        world.Orders.SetUp(live: live);
        world.Orders.StartWarden();
        Uri where = ConsoleOptions.ParseOrigin(origin, out string problem)
            ?? throw new InvalidOperationException(problem);
        world.certificate = ConsoleCertificate.OfLab(world.Store.Console, where.Host, world.Clock.GetUtcNow());
        world.server = new ConsoleServer(
            new ConsoleOptions
            {
                Store = world.Store,
                Listen = new IPEndPoint(IPAddress.Loopback, port),
                Origin = where,
                Certificate = world.certificate,
                WardenSocket = world.Orders.Socket,
            },
            world.Clock);
        await world.server.StartAsync();
        return world;
    }

    /// <summary>
    /// Registers a key on the page and has it enrolled by the verb, for store and warden. The world disposes the user.
    /// </summary>
    public async Task<ConsoleUser> Person(string name, string role, string office = "", params string[] more)
    {
        var user = new ConsoleUser(this, new SoftKey(count => SHA256.HashData(Encoding.UTF8.GetBytes(name))[..count]));
        users.Add(user);
        Enrol(name, await user.Register(), role, office, more);
        return user;
    }

    /// <summary>The same, logged in.</summary>
    public async Task<ConsoleUser> LoggedIn(string name, string role, string office = "", params string[] more)
    {
        ConsoleUser user = await Person(name, role, office, more);
        Said said = await user.Login();
        return said.Location == "/" ? user : throw new InvalidOperationException(said.Body);
    }

    /// <summary>A requester and an approver as the rules of the United Kingdom want them, logged in.</summary>
    public async Task<(ConsoleUser Asker, ConsoleUser Chief)> Two() => (
        await LoggedIn("badge 17", "requester", "single_point_of_contact"),
        await LoggedIn("badge 4", "approver", "designated_senior_officer"));

    /// <summary>Enrols the file that the console made.</summary>
    public void Enrol(string name, string file, string role, string office, params string[] more)
    {
        System.IO.File.WriteAllText(Orders.File(name + "-browser.json"), file);
        people[name] = Id16.TryParse(
            JsonDocument.Parse(file).RootElement.GetProperty("person").GetString(), out Id16 id) ? id : default;
        string[] enrol =
        [
            "people", "enrol", "--browser-key", Orders.File(name + "-browser.json"), "--label", name, "--authority",
            "County Police", .. more.Contains("--kind") ? [] : new[] { "--kind", "police" }, "--office", office,
            "--role", role, "--until", "2024-12-31T00:00Z",
            .. more,
        ];
        if (isLive)
        {
            Orders.SignBoth(name, enrol);
        }
        else
        {
            foreach (string folder in new[] { Store.People, Path.Combine(Orders.WardenFolder, "people") })
            {
                Orders.Succeed(
                [
                    .. enrol, "--operator", Orders.File("operator.json"), "--custodian",
                    Orders.File("custodian.json"), "--lab", "--to", folder,
                ]);
            }
        }

        Orders.StartWarden();
    }

    public Id16 IdOf(string name) => people[name];

    public async ValueTask DisposeAsync()
    {
        users.ForEach(user => user.Dispose());
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        certificate?.Dispose();
        Orders.Dispose();
    }
}
