using System.Buffers.Binary;
using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>
/// What UBX says of the sky and the antenna: jamming, spoofing, gain, satellites, the receiver's clock. A verdict of
/// one message stands until the same message comes again, so that a report of jamming does not wipe out one of
/// spoofing.
/// </summary>
internal sealed class UbxHealth(SourceId id)
{
    public const int StatusBytes = 16;
    private const int ClockBytes = 20;

    private JammingState radioJamming;
    private JammingState signalJamming;
    private SpoofingState statusSpoofing;
    private SpoofingState signalSpoofing;
    private AntennaState antenna = AntennaState.Unknown;
    private ushort? gain;
    private byte? carrier;
    private ushort? noise;

    /// <summary>False where a message is shorter than it says itself; true for any other, known or not.</summary>
    public bool Take(in ReceiverFrame frame, IObservationSink sink) => frame.Message switch
    {
        UbxId.NavClock => TakeClock(frame.Body, frame.ArrivedAt, sink),
        UbxId.NavSat => TakeSatellites(frame.Body, count: 5, cno: 2, IsUsedInSat, frame.ArrivedAt, sink),
        UbxId.NavSvInfo => TakeSatellites(frame.Body, count: 4, cno: 4, IsUsedInSvInfo, frame.ArrivedAt, sink),
        UbxId.MonHw => TakeHardware(frame.Body, frame.ArrivedAt, sink),
        UbxId.MonRf => TakeRadio(frame.Body, frame.ArrivedAt, sink),
        UbxId.SecSig => TakeSignalSecurity(frame.Body, frame.ArrivedAt, sink),
        _ => true,
    };

    /// <summary>NAV-STATUS: <c>... 7 flags2 x1</c>, bits 3 and 4 spoofDetState.</summary>
    public void TakeStatus(ReadOnlySpan<byte> body, RawTime at, IObservationSink sink)
    {
        SpoofingState state = (SpoofingState)((body[7] >> 3) & 3);
        if (state != statusSpoofing)
        {
            statusSpoofing = state;
            Tell(at, sink);
        }
    }

    // NAV-CLOCK: 0 iTOW u4 | 4 clkB i4 ns | 8 clkD i4 ns/s | 12 tAcc u4 ns | 16 fAcc u4 ps/s
    private bool TakeClock(ReadOnlySpan<byte> body, RawTime at, IObservationSink sink)
    {
        if (body.Length < ClockBytes)
        {
            return false;
        }

        sink.Take(new ReceiverClockObservation(
            id, at, BinaryPrimitives.ReadInt32LittleEndian(body[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(body[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(body[12..])));
        return true;
    }

    // NAV-SAT: 5 numSvs u1, then from 8 each 12 bytes: 0 gnssId 1 svId 2 cno 3 elev 4 azim 6 prRes 8 flags x4 (8 used).
    // NAV-SVINFO: 4 numCh u1, then from 8 each 12 bytes: 0 chn 1 svid 2 flags x1 (1 used) 3 quality 4 cno ...
    private bool TakeSatellites(
        ReadOnlySpan<byte> body, int count, int cno, Func<byte, byte, bool> isUsed, RawTime at, IObservationSink sink)
    {
        if (body.Length < 8 || body.Length < 8 + (12 * body[count]))
        {
            return false;
        }

        SatelliteCount satellites = default;
        for (int i = 0; i < body[count]; i++)
        {
            ReadOnlySpan<byte> one = body.Slice(8 + (12 * i), 12);
            satellites.Add(one[cno], isUsed(one[2], one[8]));
        }

        sink.Take(satellites.Told(id, at));
        return true;
    }

    private static bool IsUsedInSat(byte cno, byte flags) => (flags & 8) != 0;

    private static bool IsUsedInSvInfo(byte flags, byte residual) => (flags & 1) != 0;

    // MON-HW: 16 noisePerMS u2 | 18 agcCnt u2 | 20 aStatus u1 | 22 flags x1 (bits 2, 3 jammingState) | 45 jamInd u1 in
    // its form of 60 bytes, 53 in that of 68 (u-blox 6).
    private bool TakeHardware(ReadOnlySpan<byte> body, RawTime at, IObservationSink sink)
    {
        if (body.Length is not (60 or 68))
        {
            return false;
        }

        noise = BinaryPrimitives.ReadUInt16LittleEndian(body[16..]);
        gain = BinaryPrimitives.ReadUInt16LittleEndian(body[18..]);
        antenna = AntennaOf(body[20]);
        radioJamming = (JammingState)((body[22] >> 2) & 3);
        carrier = body[body.Length == 60 ? 45 : 53];
        Tell(at, sink);
        return true;
    }

    // MON-RF: 1 nBlocks u1, then from 4 each 24 bytes: 1 flags x1 (bits 0, 1 jammingState) 2 antStatus 12 noisePerMS u2
    // 14 agcCnt u2 16 cwSuppression u1. One block a radio band: the worst of them counts.
    private bool TakeRadio(ReadOnlySpan<byte> body, RawTime at, IObservationSink sink)
    {
        if (body.Length < 4 || body[1] == 0 || body.Length < 4 + (24 * body[1]))
        {
            return false;
        }

        (radioJamming, carrier, gain, noise) = (JammingState.Unknown, 0, ushort.MaxValue, 0);
        antenna = AntennaOf(body[4 + 2]);
        for (int i = 0; i < body[1]; i++)
        {
            ReadOnlySpan<byte> one = body.Slice(4 + (24 * i), 24);
            radioJamming = (JammingState)Math.Max((byte)radioJamming, one[1] & 3);
            noise = Math.Max(noise.Value, BinaryPrimitives.ReadUInt16LittleEndian(one[12..]));
            gain = Math.Min(gain.Value, BinaryPrimitives.ReadUInt16LittleEndian(one[14..]));
            carrier = Math.Max(carrier.Value, one[16]);
        }

        Tell(at, sink);
        return true;
    }

    // SEC-SIG version 1: 4 jamFlags x1 (bit 0 on, 1 and 2 state) | 8 spfFlags x1 (bit 0 on, 1..3 state).
    // Version 2: 1 flags x1 (bit 0 on, 1 and 2 jamming; bit 3 on, 4..6 spoofing).
    private bool TakeSignalSecurity(ReadOnlySpan<byte> body, RawTime at, IObservationSink sink)
    {
        if (body.Length < 4 || (body[0] == 1 && body.Length < 12))
        {
            return false;
        }

        if (body[0] is not (1 or 2))
        {
            return true; // A version that is not known says nothing.
        }

        int jam = body[0] == 1 ? body[4] : body[1];
        int spoof = body[0] == 1 ? body[8] : body[1] >> 3;
        signalJamming = (jam & 1) != 0 ? (JammingState)((jam >> 1) & 3) : JammingState.Unknown;
        int state = (spoof & 1) != 0 ? (spoof >> 1) & 7 : 0;
        signalSpoofing = (SpoofingState)Math.Min(state, (int)SpoofingState.Affirmed);
        Tell(at, sink);
        return true;
    }

    private static AntennaState AntennaOf(byte status) =>
        status <= (byte)AntennaState.Open ? (AntennaState)status : AntennaState.Unknown;

    private void Tell(RawTime at, IObservationSink sink) => sink.Take(new HealthObservation(
        id, at, (JammingState)Math.Max((byte)radioJamming, (byte)signalJamming),
        (SpoofingState)Math.Max((byte)statusSpoofing, (byte)signalSpoofing), antenna, gain, carrier, noise));
}

/// <summary>Adds up the power of the satellites of one epoch.</summary>
internal struct SatelliteCount
{
    private int inView;
    private int used;
    private int heard;
    private long sum;
    private long squares;

    /// <summary>One satellite; <paramref name="cno"/> is 0 where nothing is heard of it.</summary>
    public void Add(int cno, bool isUsed)
    {
        if (inView >= ReceiverLimits.SatellitesMax)
        {
            return;
        }

        inView++;
        used += isUsed ? 1 : 0;
        if (cno > 0)
        {
            heard++;
            sum += cno;
            squares += (long)cno * cno;
        }
    }

    /// <summary>The observation of what was added.</summary>
    public readonly SatelliteObservation Told(SourceId id, RawTime at, int? usedBySolution = null)
    {
        double mean = heard == 0 ? 0 : (double)sum / heard;
        double variance = heard == 0 ? 0 : ((double)squares / heard) - (mean * mean);
        return new(
            id, at, (ushort)inView, (ushort)(usedBySolution ?? used), mean, Math.Sqrt(Math.Max(0, variance)));
    }
}
