namespace Appliance.Retention.Serve;

/// <summary>The topics of CONTRACTS, "MQTT 5": <c>icr/v1/DEVICE/WHAT</c>.</summary>
internal static class Topics
{
    private const string Before = "icr/v1/";

    /// <summary>Batches of all devices, shared by the stores of a group.</summary>
    public static string Batches(string group) => $"$share/{group}/{Before}+/batch";

    /// <summary>Epoch statements and checkpoints of all devices, to every store.</summary>
    public static string Statements => $"{Before}+/epoch";

    /// <summary>Takes a topic apart; false where it is none of a device.</summary>
    public static bool TrySplit(string topic, out string device, out string what)
    {
        string[] parts = topic.Split('/');
        bool fits = topic.StartsWith(Before, StringComparison.Ordinal) && parts.Length == 4 && parts[2].Length > 0;
        device = fits ? parts[2] : "";
        what = fits ? parts[3] : "";
        return fits;
    }

    /// <summary>Where the receipt of what came on a topic goes, or null where nobody would read it.</summary>
    public static string? ReceiptFor(string topic) =>
        TrySplit(topic, out string device, out _) ? $"{Before}{device}/receipt" : null;
}
