using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Appliance.Lab.Bed;

/// <summary>
/// tcpdump on both interfaces of the NAT namespace, nanosecond stamps, whole frames. Stop asserts that the kernel
/// dropped none. Packets reach the inside capture before translation on the way out and after it on the way back.
/// </summary>
internal sealed partial class BedCapture : IDisposable
{
    private readonly List<BedProcess> _children = [];

    private BedCapture(string folder)
    {
        InsideFile = Path.Combine(folder, "inside.pcap");
        OutsideFile = Path.Combine(folder, "outside.pcap");
    }

    public string InsideFile { get; }

    public string OutsideFile { get; }

    public static BedCapture Start(BedLayout layout, string folder, CancellationToken stop)
    {
        BedCapture capture = new(folder);
        try
        {
            capture.Leg(layout.NatNamespace, BedLayout.InsideInterface, capture.InsideFile);
            capture.Leg(layout.NatNamespace, BedLayout.OutsideInterface, capture.OutsideFile);
            capture._children.ForEach(c => c.WaitForError("listening on", stop));
            return capture;
        }
        catch
        {
            capture.Dispose();
            throw;
        }
    }

    /// <summary>Returns when neither file has grown for <see cref="BedLimits.Quiet"/>.</summary>
    /// <exception cref="BedException">There was no such silence in time.</exception>
    public void WaitForQuiet(CancellationToken stop)
    {
        Stopwatch total = Stopwatch.StartNew();
        Stopwatch quiet = Stopwatch.StartNew();
        long seen = -1;
        while (quiet.Elapsed < BedLimits.Quiet)
        {
            long now = new FileInfo(InsideFile).Length + new FileInfo(OutsideFile).Length;
            if (now != seen)
            {
                seen = now;
                quiet.Restart();
            }

            if (total.Elapsed > BedLimits.Traffic)
            {
                throw new BedException("the legs do not become quiet after the traffic");
            }

            BedProcess.Pause(stop);
        }
    }

    /// <summary>Ends both captures.</summary>
    /// <exception cref="BedException">A frame was dropped, or a capture did not report.</exception>
    public void Stop()
    {
        foreach (BedProcess child in _children)
        {
            child.Stop();
            Match dropped = DroppedLine().Match(child.Errors);
            if (!dropped.Success || dropped.Groups[1].Value != "0")
            {
                throw new BedException($"the capture is not complete: {child.Errors.Trim().ReplaceLineEndings(", ")}");
            }
        }
    }

    public void Dispose() => _children.ForEach(c => c.Dispose());

    [GeneratedRegex("([0-9]+) packets? dropped by kernel")]
    private static partial Regex DroppedLine();

    private void Leg(string space, string device, string file)
    {
        string buffer = BedLimits.CaptureBufferKiB.ToString(CultureInfo.InvariantCulture);
        _children.Add(BedProcess.Start("ip", BedLayout.Inside(space, "tcpdump", "-i", device, "-n", "-s", "0",
            "-B", buffer, "-U", "-Z", "root", "--time-stamp-precision=nano", "-w", file)));
    }
}
