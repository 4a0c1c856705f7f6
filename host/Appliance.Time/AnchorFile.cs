using Appliance.Time.AnchorLog;
using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Time;

/// <summary>One point of a clock's course.</summary>
/// <param name="TaiNs">When, ns of TAI since 1970; null while the clock was unset.</param>
/// <param name="BoundNs">Half width, ns; null without one.</param>
/// <param name="OffsetNs">Pulse less clock, ns; null where no pulse came.</param>
/// <param name="State">State of the clock.</param>
/// <param name="Checks">Checks that failed, in words.</param>
public readonly record struct ClockPoint(
    long? TaiNs, double? BoundNs, double? OffsetNs, ClockState State, IReadOnlyList<string> Checks);

/// <summary>What came of computing a file of the anchor log again.</summary>
public sealed record AnchorVerdict
{
    /// <summary>Every row came out as it was hashed; the file may end in a torn row, as a cut leaves it.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>The last row is cut off.</summary>
    public bool IsTorn { get; init; }

    /// <summary>What is wrong, with its row; empty where nothing is.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Rows and seconds that were computed again.</summary>
    public long Rows { get; init; }

    public long Seconds { get; init; }

    /// <summary>Head of the chain after the last row, and the one that the file goes on from.</summary>
    public Hash32 Head { get; init; }

    public Hash32 Previous { get; init; }
}

/// <summary>Reads a file of the anchor log and computes every state and bound in it again, bit for bit.</summary>
public static class AnchorFile
{
    /// <summary>Ending of a file's name.</summary>
    public const string Ending = ".anchors";

    /// <summary>
    /// Whether a file ends within its head, or its head was never written: as a cut leaves it before its first row.
    /// </summary>
    public static bool IsCutInHead(ReadOnlySpan<byte> file) =>
        file.Length < AnchorHeader.Length || file[..AnchorHeader.Length].IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Checks a file.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="head">Told the head of the chain after each row: what a manifest may name.</param>
    /// <param name="point">Told each second.</param>
    public static AnchorVerdict Check(byte[] file, Action<Hash32>? head = null, Action<ClockPoint>? point = null)
    {
        if (AnchorReplay.Open(file) is not { } replay)
        {
            const string Why = "not a file of the anchor log, or of a newer version";
            return new AnchorVerdict { IsWhole = false, Problem = Why };
        }

        AnchorResult result;
        while ((result = replay.Next()) == AnchorResult.Agrees)
        {
            head?.Invoke(replay.Head);
            if (point is not null && replay.IsSecond)
            {
                point(PointOf(replay));
            }
        }

        return new AnchorVerdict
        {
            IsWhole = result is AnchorResult.End or AnchorResult.Torn,
            IsTorn = result == AnchorResult.Torn,
            Problem = result switch
            {
                AnchorResult.Malformed => $"row {replay.Rows + 1} is not a row; the file was damaged or changed",
                AnchorResult.Differs =>
                    $"row {replay.Rows} comes out otherwise when computed again; it or its result was changed",
                _ => "",
            },
            Rows = replay.Rows,
            Seconds = replay.Seconds,
            Head = replay.Head,
            Previous = replay.Previous,
        };
    }

    private static ClockPoint PointOf(AnchorReplay replay)
    {
        ClockReadout readout = replay.Estimator.Readout;
        SecondInput input = replay.Input;
        return new ClockPoint(
            readout.IsSet ? readout.Filter.TaiAt(input.Raw) : null,
            readout.IsSet ? readout.BoundAt(input.Raw) : null,
            readout.IsSet && input.HasPulse ? -readout.Filter.Against(input.PulseRaw, input.PulseTai) : null,
            replay.Estimator.State,
            CheckWords.Of(replay.Estimator.Checks));
    }
}
