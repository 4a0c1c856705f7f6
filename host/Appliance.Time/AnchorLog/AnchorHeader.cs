using System.Buffers.Binary;
using System.Text;
using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Time.AnchorLog;

/// <summary>Head of a file of the anchor log: what the estimator was told to begin with. See FORMAT.md.</summary>
internal static class AnchorHeader
{
    public const int Length = 8 + 32 + (Numbers * 8) + NameLength;

    private const int Numbers = 16;
    private const int NameLength = 16;

    private static ReadOnlySpan<byte> Magic => "ICRCLK\x02\0"u8;

    /// <summary>Writes the head.</summary>
    public static void Write(Span<byte> to, Hash32 previous, EstimatorSettings settings)
    {
        to[..Length].Clear();
        Magic.CopyTo(to);
        previous.Write(to[8..]);
        OscillatorModel model = settings.Oscillator;
        ReadOnlySpan<double> numbers =
        [
            model.WhiteNs, model.TrackWalk, model.CoastWalk, model.RateLimit, model.TemperatureSwing,
            model.TemperatureSlope, model.TableResidual, model.AgeingPerDay, settings.PulseNoiseNs,
            settings.CorrectedNoiseNs, settings.SystematicNs, settings.Deviations, settings.StepFloorNs,
            settings.PeersOnly ? 1 : 0, 0, 0,
        ];
        for (int i = 0; i < Numbers; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(to[(40 + (8 * i))..], numbers[i]);
        }

        // Two whole numbers of nanoseconds, which a double cannot hold.
        BinaryPrimitives.WriteInt64LittleEndian(to[(40 + (8 * 14))..], settings.EarliestTai);
        BinaryPrimitives.WriteInt64LittleEndian(to[(40 + (8 * 15))..], settings.LatestTai);
        ReadOnlySpan<char> name = model.Name.AsSpan(0, Math.Min(model.Name.Length, NameLength));
        Encoding.ASCII.GetBytes(name, to[(Length - NameLength)..]);
    }

    /// <summary>Reads the head; false where it is none of this format.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out Hash32 previous, out EstimatorSettings settings)
    {
        previous = default;
        settings = null!;
        if (from.Length < Length || !from[..8].SequenceEqual(Magic))
        {
            return false;
        }

        previous = Hash32.FromBytes(from.Slice(8, 32));
        Span<double> n = stackalloc double[Numbers];
        for (int i = 0; i < Numbers; i++)
        {
            n[i] = BinaryPrimitives.ReadDoubleLittleEndian(from[(40 + (8 * i))..]);
        }

        string name = Encoding.ASCII.GetString(from.Slice(Length - NameLength, NameLength)).TrimEnd('\0');
        settings = new EstimatorSettings
        {
            Oscillator = new OscillatorModel(name, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]),
            PulseNoiseNs = n[8],
            CorrectedNoiseNs = n[9],
            SystematicNs = n[10],
            Deviations = n[11],
            StepFloorNs = n[12],
            PeersOnly = n[13] != 0,
            EarliestTai = BinaryPrimitives.ReadInt64LittleEndian(from[(40 + (8 * 14))..]),
            LatestTai = BinaryPrimitives.ReadInt64LittleEndian(from[(40 + (8 * 15))..]),
        };
        return true;
    }
}
