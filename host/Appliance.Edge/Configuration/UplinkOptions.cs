using Appliance.Wire;

namespace Appliance.Edge.Configuration;

/// <summary>The way to the store. Without a host the box keeps what it seals and sends nothing.</summary>
public sealed record UplinkOptions
{
    /// <summary>Name or address of the broker, as its certificate carries it; absent: no uplink.</summary>
    public string? Host { get; init; }

    public int Port { get; init; } = 8883;

    /// <summary>The authority that the broker must be certified by, PEM.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>The box's certificate, PEM; its common name is the name of the box in topics.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>Private key of that certificate, PEM.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Keys whose receipts free flash: P-256 points, uncompressed, 130 hexadecimal digits each.</summary>
    public IReadOnlyList<string> StoreKeys { get; init; } = [];

    /// <summary>Batches that may be on their way without a receipt.</summary>
    public int WindowBatches { get; init; } = 16;

    /// <summary>A dead path is noticed within one and a half of this.</summary>
    public int KeepAliveSeconds { get; init; } = 30;

    /// <summary>own: the client of this product; mqttnet: MQTTnet, where the program was built with it.</summary>
    public string Client { get; init; } = "own";

    /// <summary>Most that batches may take of the line, kilobits a second; 0: no limit.</summary>
    public int RateKbit { get; init; }

    /// <summary>The store keys; what is not a key was refused when the configuration was read.</summary>
    internal IReadOnlyList<PublicKey> PinnedKeys()
    {
        List<PublicKey> keys = [];
        foreach (string text in StoreKeys)
        {
            keys.Add(KeyOf(text) ?? throw new InvalidOperationException("the configuration was not checked"));
        }

        return keys;
    }

    /// <summary>The key that a text of 130 hexadecimal digits names, or null.</summary>
    internal static PublicKey? KeyOf(string text)
    {
        byte[] point = new byte[65];
        bool isHex = text.Length == 2 * point.Length
            && Convert.FromHexString(text, point, out _, out _) == System.Buffers.OperationStatus.Done;
        return isHex && PublicKey.TryFromPoint(point, out PublicKey? key) ? key : null;
    }
}
