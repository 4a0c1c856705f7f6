using Appliance.Time.Observations;
using Microsoft.Win32.SafeHandles;
using System.Runtime.InteropServices;

namespace Appliance.Linux.Clocks;

/// <summary>
/// The serial line of a receiver, or a pseudo-terminal: raw bytes both ways, eight bits, no parity, no flow control.
/// A plain file or pipe is taken as it is.
/// </summary>
public sealed class SerialLine : IReceiverLine
{
    private readonly string path;
    private readonly SafeFileHandle file;

    /// <param name="path">The device.</param>
    /// <param name="baud">Speed; 0 leaves it as it is.</param>
    /// <exception cref="IOException">The device is not there or does not take the speed.</exception>
    public SerialLine(string path, uint baud)
    {
        this.path = path;
        file = ClockCalls.Open(
            path, LibC.ReadWrite | ClockCalls.NonBlocking | ClockCalls.NoControllingTerminal);
        TerminalSettings settings = default;
        int error = ClockCalls.Control(file, ClockCalls.TerminalGet, ref settings);
        if (error == -ClockCalls.NotATerminal)
        {
            return;
        }

        settings = Raw(settings, baud);
        error = error < 0 ? error : ClockCalls.Control(file, ClockCalls.TerminalSet, ref settings);
        if (error < 0)
        {
            file.Dispose();
            throw ClockCalls.Failure(path, $"set the line to {baud} baud", -error);
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, int timeoutMs, out RawTime now)
    {
        bool isReady = ClockCalls.IsReadable(file, path, timeoutMs);
        now = CounterReader.Now();
        if (!isReady)
        {
            return 0;
        }

        buffer = buffer[..Math.Min(buffer.Length, LinuxLimits.SerialReadBytes)];
        nint taken = ClockCalls.Read(file, buffer, (nuint)buffer.Length);
        int error = taken < 0 ? Marshal.GetLastPInvokeError() : 0;
        return taken > 0 ? (int)taken
            : error is LibC.TryAgain or LibC.Interrupted ? 0
            : throw ClockCalls.Failure(path, "read from the line", error);
    }

    /// <summary>Writes all of it, within a second.</summary>
    /// <exception cref="IOException">The line is gone, or does not take it.</exception>
    public unsafe void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written = ClockCalls.Write(file, bytes, (nuint)bytes.Length);
            int error = written < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (written < 0 && (error != LibC.TryAgain || !IsWritable()))
            {
                throw ClockCalls.Failure(path, "write to the line", error);
            }

            bytes = bytes[(int)Math.Max(0, written)..];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>No translation, no echo, no signals; a read gives what there is.</summary>
    internal static TerminalSettings Raw(TerminalSettings settings, uint baud)
    {
        settings.Input = 0;
        settings.Output = 0;
        settings.Local = 0;
        settings.Control = baud == 0
            ? (settings.Control & 0x100F) | ClockCalls.EightBits | ClockCalls.Receive | ClockCalls.IgnoreModem
            : ClockCalls.SpeedIsNumber | ClockCalls.EightBits | ClockCalls.Receive | ClockCalls.IgnoreModem;
        settings.Special[5] = 0; // VTIME
        settings.Special[6] = 1; // VMIN
        if (baud != 0)
        {
            settings.InputSpeed = baud;
            settings.OutputSpeed = baud;
        }

        return settings;
    }

    private unsafe bool IsWritable()
    {
        const short pollOut = 4;
        Packets.PollEntry entry = new() { File = (int)file.DangerousGetHandle(), Events = pollOut };
        return Packets.PacketCalls.Poll(&entry, 1, timeoutMs: 1000) > 0;
    }
}
