using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>Who held this public address then.</summary>
internal sealed record ResolveQuestion
{
    public required Ip Address { get; init; }

    /// <summary>Public port, or the query id of ICMP; null where the source did not keep it.</summary>
    public ushort? Port { get; init; }

    /// <summary>tcp, udp or icmp; empty for any.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>The interval asked for; its words as they were written.</summary>
    public required AskedInterval Interval { get; init; }

    /// <summary>How wrong the source's clock may be, either way, microseconds.</summary>
    public long SourceErrorUs { get; init; }

    public Ip Remote { get; init; }

    public ushort? RemotePort { get; init; }

    /// <summary>
    /// Service that was contacted: its host name, or a domain above it. Lower case, no dot at the end.
    /// </summary>
    public string Service { get; init; } = "";

    /// <summary>Whether the question is about what was contacted: only then is the contact section opened.</summary>
    public bool NeedsContact => !Remote.IsNone || Service.Length > 0;

    /// <summary>The interval with the source's error on both sides.</summary>
    public Window Window => Interval.Window.Widen(SourceErrorUs);

    public bool IsProtocol(byte number) => Protocol switch
    {
        "tcp" => number == 6,
        "udp" => number == 17,
        "icmp" => number is 1 or 58,
        _ => true,
    };

    /// <summary>Whether a record is of this public address, port and protocol.</summary>
    public bool Fits(in FlowRow row) =>
        row.PublicAddress == Address && (Port is not { } port || row.PublicPort == port) && IsProtocol(row.Protocol);
}

/// <summary>An interval as it was asked for.</summary>
/// <param name="Text">The words it was asked in.</param>
/// <param name="Window">What it means.</param>
internal sealed record AskedInterval(string Text, Window Window);
