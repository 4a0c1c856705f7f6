using System.Text;

namespace Appliance.Icrctl;

/// <summary>
/// What the service's unit must allow for a box with devices, as a drop-in: the unit itself sees none. Classes of
/// devices stand there, not nodes: systemd looks nodes up once, when the service starts, and one that comes later,
/// or again under another number, would stay closed.
/// </summary>
internal static class DeviceDropIn
{
    /// <summary>Where it belongs.</summary>
    public const string Path = "/etc/systemd/system/appliance.service.d/devices.conf";

    // Beginning of a node's name, class in /proc/devices, and the module that brings the class where it is no part
    // of the kernel.
    private static readonly (string Node, string Class, string? Module)[] Known =
    [
        ("ttyAMA", "char-ttyAMA", null), ("ttyS", "char-ttyS", null), ("ttyACM", "char-ttyACM", "cdc_acm"),
        ("ttyUSB", "char-ttyUSB", "usbserial"), ("pps", "char-pps", "pps_core"), ("ptp", "char-ptp", "ptp"),
        ("gpiochip", "char-gpiochip", null),
    ];

    /// <summary>The drop-in; nothing where no device is named.</summary>
    /// <param name="devices">Paths below /dev.</param>
    /// <param name="target">Where a link leads; null where it is none, or is not there.</param>
    public static string Make(IReadOnlyList<string> devices, Func<string, string?> target)
    {
        if (devices.Count == 0)
        {
            return "";
        }

        SortedSet<string> allowed = new(StringComparer.Ordinal), modules = new(StringComparer.Ordinal);
        bool isForeignLine = false;
        foreach (string device in devices)
        {
            string name = System.IO.Path.GetFileName(target(device) ?? device);
            int at = Array.FindIndex(Known, kind => name.StartsWith(kind.Node, StringComparison.Ordinal));
            allowed.Add(at < 0 ? device : Known[at].Class);
            if (at >= 0 && Known[at].Module is { } module)
            {
                modules.Add($"modprobe@{module}.service");
            }

            isForeignLine |= name.StartsWith("tty", StringComparison.Ordinal)
                && !device.StartsWith("/dev/appliance/", StringComparison.Ordinal);
        }

        return Text(devices, allowed, string.Join(' ', modules), isForeignLine);
    }

    /// <summary>Where a link of this machine leads.</summary>
    public static string? TargetHere(string path) =>
        File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null;

    private static string Text(
        IReadOnlyList<string> devices, IEnumerable<string> allowed, string modules, bool isForeignLine)
    {
        StringBuilder text = new();
        text.Append($"# {Path}, for {string.Join(", ", devices)}.\n");
        text.Append("# Then: systemctl daemon-reload && systemctl restart appliance. ");
        text.Append("Made by `icrctl config devices`.\n");
        if (modules.Length > 0)
        {
            text.Append("[Unit]\n# A class is known to the kernel, and so to the filter, once its driver is there.\n");
            text.Append($"Wants={modules}\nAfter={modules}\n\n");
        }

        text.Append("[Service]\nPrivateDevices=no\nDevicePolicy=closed\n");
        foreach (string each in allowed)
        {
            text.Append($"DeviceAllow={each} rw\n");
        }

        return text.Append(isForeignLine ? "SupplementaryGroups=dialout\n" : "").ToString();
    }
}
