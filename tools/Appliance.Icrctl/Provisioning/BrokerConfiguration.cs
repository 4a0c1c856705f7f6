using System.Text;

namespace Appliance.Icrctl.Provisioning;

/// <summary>
/// The configuration of a mosquitto broker for the topics of the appliance: TLS 1.3 with client certificates only, the
/// user name from the certificate, and an access list by which a device reaches its own topics and nobody else's.
/// </summary>
internal sealed record BrokerConfiguration
{
    /// <summary>Address to listen on.</summary>
    public required string Address { get; init; }

    public required int Port { get; init; }

    /// <summary>Certificate of the authority that devices and stores are certified by, a file.</summary>
    public required string AuthorityFile { get; init; }

    public required string CertificateFile { get; init; }

    public required string KeyFile { get; init; }

    public required string AccessFile { get; init; }

    /// <summary>
    /// User that the broker becomes when it is started by root; it must be able to read the files above.
    /// </summary>
    public string User { get; init; } = "mosquitto";

    /// <summary>
    /// Messages that may be in flight from and to one client: the receive maximum that the broker announces.
    /// </summary>
    public int InFlightMax { get; init; } = 20;

    /// <summary>
    /// Bytes that may wait for one client that is slow or away; more are dropped and the device sends again.
    /// </summary>
    public long QueuedBytesMax { get; init; } = 64L << 20;

    /// <summary>Largest packet, bytes: the client's own limit.</summary>
    public int PacketBytesMax { get; init; } = 2 << 20;

    /// <summary>The text of mosquitto.conf.</summary>
    public string ToText() => $"""
        # One listener, TLS 1.3, certificates both ways. What a client may do stands in the access list.
        # Nothing is kept on this machine's disk: a device keeps a batch until the store's receipt and sends it again.
        per_listener_settings false
        persistence false
        user {User}
        allow_anonymous false
        acl_file {AccessFile}
        listener {Port} {Address}
        protocol mqtt
        tls_version tlsv1.3
        cafile {AuthorityFile}
        certfile {CertificateFile}
        keyfile {KeyFile}
        require_certificate true
        use_identity_as_username true
        set_tcp_nodelay true
        max_inflight_messages {InFlightMax}
        max_queued_bytes {QueuedBytesMax}
        max_packet_size {PacketBytesMax}
        max_keepalive 600
        log_dest stderr
        log_type error
        log_type warning
        log_type notice
        log_type information

        """;

    /// <summary>
    /// The text of the access list. Devices need no entry: their common name stands for <c>%u</c>. Stores read what
    /// devices write and write receipts; operators write control messages, which stores never do.
    /// </summary>
    public static string AccessText(IEnumerable<string> stores, IEnumerable<string> operators)
    {
        StringBuilder text = new("""
            # A device: its own topics, by the common name of its certificate.
            pattern write icr/v1/%u/batch
            pattern write icr/v1/%u/epoch
            pattern write icr/v1/%u/state
            pattern read icr/v1/%u/receipt
            pattern read icr/v1/%u/control

            """);
        foreach (string store in stores)
        {
            text.Append($"""

                user {LabAuthority.Checked(store)}
                topic read icr/v1/+/batch
                topic read icr/v1/+/epoch
                topic read icr/v1/+/state
                topic write icr/v1/+/receipt

                """);
        }

        foreach (string one in operators)
        {
            text.Append($"""

                user {LabAuthority.Checked(one)}
                topic read icr/v1/+/state
                topic write icr/v1/+/control

                """);
        }

        return text.ToString();
    }
}
