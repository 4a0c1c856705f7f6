using System.Globalization;
using System.Text.Json;
using Appliance.Lab.Bed;

namespace Appliance.Lab.Demo;

/// <summary>One question, what the store answered, and whether that is what the kernel's table says.</summary>
internal sealed record DemoAnswer(string Question, string Command, string Answer, string Expected)
{
    public bool IsRight => Answer == Expected;
}

/// <summary>
/// The questions of the operational case, asked of the store with its own program. What the answer must be is taken
/// from the kernel's connections, never from the product.
/// </summary>
internal sealed class DemoQuestions(string data, IReadOnlyList<ConntrackEntry> truth)
{
    private const int AroundSeconds = 1;
    private const int DnsPort = 53;

    // Without a port the answer rests on nobody else being seen, so the time asked for must be covered whole.
    private const long AwayUs = 3_000_000;

    // A stretch at the end, after the gap: only where nothing is missing can the answer be no.
    private const long QuietUs = 1_000_000;

    public IEnumerable<DemoAnswer> Ask(DateTimeOffset gapMiddle)
    {
        ILookup<string, ConntrackEntry> byName = truth.Where(IsUse).ToLookup(e => e.Name);
        long gapUs = gapMiddle.ToUnixTimeMilliseconds() * 1000;
        long fromUs = truth.Min(e => e.StartUs) + AwayUs;
        long toUs = truth.Where(e => e.StartUs < gapUs).Max(e => e.StartUs) - AwayUs;
        ConntrackEntry rare = byName.Where(g => g.Select(e => e.Source).Distinct().Count() == 1)
            .Select(g => g.First())
            .FirstOrDefault(e => e.StartUs > fromUs && e.StartUs < toUs)
            ?? throw new BedException("the first half was over too soon to ask about; give more --flows");
        IGrouping<string, ConntrackEntry> busy = byName.MaxBy(g => g.Select(e => e.Source).Distinct().Count())!;
        yield return Rare(rare);
        yield return Popular(busy);
        yield return ByPort(busy.First());
        yield return Services(rare);
        yield return Accessed(rare, rare.Name, "yes", truth.Min(e => e.StartUs));
        yield return Accessed(rare, "never.contacted.example", "no", LastUs - QuietUs);
        yield return Gap(gapMiddle);
    }

    private DemoAnswer Rare(ConntrackEntry entry) => Resolve(
        $"Which line reached {entry.Name}, a service hardly anybody uses? (no source port is known)",
        $"identified {entry.Source}", entry, "--service", entry.Name);

    // Everybody's service: the answer must be exactly the lines that the kernel saw there, no more and no fewer.
    private DemoAnswer Popular(IGrouping<string, ConntrackEntry> visits)
    {
        long from = visits.Min(e => e.StartUs);
        long to = visits.Max(e => e.StartUs);
        int lines = visits.Select(e => e.Source).Distinct().Count();
        return Resolve(
            $"Which line reached {visits.Key}, which everybody uses? (no source port is known)", $"ambiguous {lines}",
            ["--from", Utc(from), "--to", Utc(to), "--source-error", Seconds, "--service", visits.Key]);
    }

    private DemoAnswer ByPort(ConntrackEntry entry) => Resolve(
        "The same, but the port and the remote address are known:", $"identified {entry.Source}", entry,
        "--port", Number(entry.PublicPort), "--proto", entry.Protocol == 6 ? "tcp" : "udp",
        "--remote", $"{entry.Remote}:{Number(entry.RemotePort)}");

    private DemoAnswer Services(ConntrackEntry entry)
    {
        string[] command =
        [
            "services", "--inside", entry.Source,
            "--from", Utc(truth.Min(e => e.StartUs)), "--to", Utc(truth.Max(e => e.StartUs)),
        ];
        JsonElement answer = Ask(command);
        int expected = truth.Where(e => e.Source == entry.Source && IsUse(e)).Select(e => e.Name).Distinct().Count();
        int found = answer.GetProperty("services").EnumerateArray().Count(IsNamedUse);
        return new(
            $"Which services did the line {entry.Source} use?", Words(command),
            $"{found} services", $"{expected} services");
    }

    private DemoAnswer Accessed(ConntrackEntry entry, string service, string expected, long fromUs)
    {
        string[] command =
        [
            "accessed", "--inside", entry.Source, "--service", service,
            "--from", Utc(fromUs), "--to", Utc(LastUs),
        ];
        return new(
            $"Did the line {entry.Source} use {service}?", Words(command),
            Ask(command).GetProperty("answer").GetString()!, expected);
    }

    private DemoAnswer Gap(DateTimeOffset middle) => Resolve(
        "Who held the address while the appliance was down?", "not covered",
        ["--at", middle.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)]);

    // Answers are whole seconds: the last one that traffic surely fills.
    private long LastUs => truth.Max(e => e.StartUs) - 1_000_000;

    // A DNS query looks a name up; that is no use of the service.
    private static bool IsUse(ConntrackEntry entry) => entry.Name.Length > 0 && entry.RemotePort != DnsPort;

    private static bool IsNamedUse(JsonElement service) =>
        service.GetProperty("service").ValueKind == JsonValueKind.String && !service.GetProperty("lookup").GetBoolean();

    private static string Seconds => Number(AroundSeconds);

    private DemoAnswer Resolve(string question, string expected, ConntrackEntry entry, params string[] more) =>
        Resolve(question, expected, ["--at", Utc(entry.StartUs), "--source-error", Seconds, .. more]);

    private DemoAnswer Resolve(string question, string expected, string[] more)
    {
        string[] command = ["resolve", "--ip", BedLayout.PublicAddress, .. more];
        JsonElement answer = Ask(command);
        string word = answer.GetProperty("answer").GetString()!;
        string line = word == "identified" ? " " + answer.GetProperty("candidates")[0].GetProperty("inside_ip") : "";
        return new(question, Words(command), word + line, expected);
    }

    private JsonElement Ask(string[] command) =>
        DemoPrograms.RunJson(DemoPrograms.Retention, [.. command, "--data", data]);

    private static string Words(string[] command) => "retention " + string.Join(' ', command);

    private static string Utc(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros)
        .ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
