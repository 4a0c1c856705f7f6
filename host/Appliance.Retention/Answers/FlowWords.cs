using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Answers;

/// <summary>Words of records and evaluations as answers print them.</summary>
internal static class FlowWords
{
    public static string Protocol(byte number) => number switch
    {
        6 => "tcp",
        17 => "udp",
        1 or 58 => "icmp",
        _ => FormattableString.Invariant($"ip {number}"),
    };

    public static string Endpoint(Ip address, ushort port) => address.IsNone ? ""
        : address.IsV4 ? FormattableString.Invariant($"{address}:{port}")
        : FormattableString.Invariant($"[{address}]:{port}");

    public static string Activity(Activity activity) => activity switch
    {
        Questions.Activity.Opened => "opened in the interval",
        Questions.Activity.Packets => "packets in the interval",
        Questions.Activity.Open => "open, no packet shown in the interval",
        Questions.Activity.Block => "held the ports, no flow recorded",
        _ => "open before, then not covered",
    };

    public static string ActivityKey(Activity activity) => activity switch
    {
        Questions.Activity.Opened => "opened",
        Questions.Activity.Packets => "packets",
        Questions.Activity.Open => "open",
        Questions.Activity.Block => "block",
        _ => "unknown",
    };

    public static string Overlap(Overlap overlap) => overlap switch
    {
        Questions.Overlap.Certain => "certain",
        Questions.Overlap.WithinBound => "within bound",
        Questions.Overlap.NoBound => "no bound",
        _ => "within source error",
    };

    public static string Fit(Fit fit) => fit switch
    {
        Questions.Fit.Full => "full",
        Questions.Fit.ByAddress => "by address",
        _ => "not recorded",
    };

    public static string Method(in FlowRow row) => row.Attribution switch
    {
        Attribution.Mirror => "mirror",
        Attribution.Nel => "nel",
        Attribution.Syslog => "syslog",
        Attribution.Deterministic => "deterministic",
        Attribution.Radius => "radius",
        Attribution.Ambiguous => "ambiguous",
        _ => "none",
    };

    /// <summary>The line, or that it is not known.</summary>
    public static string Line(Line line) => line.IsKnown ? line.Name : "not known";
}
