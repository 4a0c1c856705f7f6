using System.CommandLine;
using Appliance.Retention.Answers;
using Appliance.Retention.Questions;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Commands;

/// <summary><c>retention resolve</c>: who held a public address (and port) at a time.</summary>
internal sealed class ResolveCommand(TimeProvider? clock)
{
    private readonly Option<string> ip = new("--ip") { Description = "public address", Required = true };
    private readonly Option<string?> port = new("--port") { Description = "public port, or query id of a ping" };
    private readonly Option<string?> proto = new("--proto") { Description = "tcp, udp or icmp" };
    private readonly Option<string?> at = new("--at")
    {
        Description = "time with Z, offset or zone; 15:04Z is that minute",
    };

    private readonly Option<string?> from = new("--from") { Description = "begin, with Z, offset or zone" };
    private readonly Option<string?> to = new("--to") { Description = "end, with Z, offset or zone; included" };
    private readonly Option<string> sourceError = new("--source-error")
    {
        Description = "seconds that the source's clock may be wrong", DefaultValueFactory = _ => "0",
    };

    private readonly Option<string?> remote = new("--remote") { Description = "IP[:PORT] that was contacted" };
    private readonly Option<string?> service = new("--service") { Description = "host name that was contacted" };
    private readonly AskOptions options = new(clock);

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new ResolveCommand(clock);
        verb.proto.AcceptOnlyFromAmong("tcp", "udp", "icmp");
        Command command = new("resolve", "which line held a public address (and port) at a time")
        {
            verb.ip, verb.port, verb.proto, verb.at, verb.from, verb.to, verb.sourceError, verb.remote, verb.service,
        };
        verb.options.AddTo(command);
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed) => options.Ask(
        parsed, () => Questions(parsed), (questions, door, output) =>
    {
        List<ResolveAnswer> answers = door.Resolve(questions);
        options.HandOver(parsed, output).Write(answers, options.All(parsed));
        return answers.TrueForAll(answer => answer.IsAnswered) ? Exit.Success : Exit.CheckFailed;
    });

    /// <summary>One question for each reading of the time.</summary>
    private List<ResolveQuestion> Questions(ParseResult parsed) =>
    [
        .. AskedValues
            .Intervals(parsed.GetValue(at), parsed.GetValue(from), parsed.GetValue(to), Limits.ResolveIntervalUs)
            .Select(interval => Question(parsed, interval)),
    ];

    private ResolveQuestion Question(ParseResult parsed, AskedInterval interval)
    {
        (Ip Address, ushort? Port) contacted = parsed.GetValue(remote) is { } text
            ? AskedValues.Endpoint("--remote", text)
            : default;
        return new ResolveQuestion
        {
            Address = AskedValues.Address("--ip", parsed.GetValue(ip)!),
            Port = parsed.GetValue(port) is { } number ? AskedValues.Port("--port", number) : null,
            Protocol = parsed.GetValue(proto) ?? "",
            Interval = interval,
            SourceErrorUs = AskedValues.SourceError(parsed.GetValue(sourceError)!),
            Remote = contacted.Address,
            RemotePort = contacted.Port,
            Service = parsed.GetValue(service) is { } name ? AskedValues.Service("--service", name) : "",
        };
    }
}
