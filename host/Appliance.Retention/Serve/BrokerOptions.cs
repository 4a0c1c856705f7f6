namespace Appliance.Retention.Serve;

/// <summary>Which broker a store serves from, and as whom.</summary>
internal sealed record BrokerOptions
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Stores of one group share the batches; a single store is a group of its own.</summary>
    public required string Group { get; init; }

    /// <summary>PEM file of the authority that the broker is held against.</summary>
    public required string AuthorityFile { get; init; }

    /// <summary>PEM file of the store's own certificate.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM file of its private key.</summary>
    public required string KeyFile { get; init; }

    public ushort KeepAliveSeconds { get; init; } = Mqtt.Limits.KeepAliveSecondsDefault;

    /// <summary>Null, or what is wrong in one line.</summary>
    public string? Problem() =>
        Port is < 1 or > ushort.MaxValue ? "--broker must be HOST:PORT with a port from 1 to 65535"
        : Group.Length == 0 || Group.AsSpan().IndexOfAny("/+#") >= 0 ? "--group must be a name without '/', '+' and '#'"
        : KeepAliveSeconds == 0 ? "--keep-alive must be at least 1 s"
        : null;

    /// <summary>Takes HOST:PORT apart, [V6]:PORT too; false for anything else.</summary>
    public static bool TrySplit(string text, out string host, out int port)
    {
        int colon = text.LastIndexOf(':');
        port = 0;
        host = colon <= 0 ? "" : text[..colon].TrimStart('[').TrimEnd(']');
        return host.Length > 0 && int.TryParse(
            text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out port);
    }
}
