using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux.Clocks;

/// <summary>
/// Calls and numbers of clocks and lines. The numbers of ioctls hold the size of what they carry, and for PPS that of a
/// pointer: they are those of 64-bit machines (linux/pps.h, linux/ptp_clock.h, linux/gpio.h, asm-generic/ioctls.h).
/// </summary>
internal static partial class ClockCalls
{
    public const int Realtime = 0; // CLOCK_REALTIME
    public const int Monotonic = 1; // CLOCK_MONOTONIC
    public const int MonotonicRaw = 4; // CLOCK_MONOTONIC_RAW
    public const int BootTime = 7; // CLOCK_BOOTTIME

    public const uint PpsFetch = 0xc00870a4; // PPS_FETCH
    public const uint PpsGetCapabilities = 0x800870a3; // PPS_GETCAP
    public const int PpsCaptureAssert = 1; // PPS_CAPTUREASSERT
    public const int PpsCanWait = 0x100; // PPS_CANWAIT

    public const uint PtpGetCapabilities = 0x80503d01; // PTP_CLOCK_GETCAPS
    public const uint PtpExternalRequest = 0x40103d02; // PTP_EXTTS_REQUEST
    public const uint PtpExternalRequest2 = 0x40103d0b; // PTP_EXTTS_REQUEST2
    public const uint PtpPinSetFunction = 0x40603d10; // PTP_PIN_SETFUNC2
    public const uint PtpPrecise = 0xc0403d08; // PTP_SYS_OFFSET_PRECISE
    public const uint PtpExtended = 0xc4c03d09; // PTP_SYS_OFFSET_EXTENDED
    public const uint PtpEnable = 1; // PTP_ENABLE_FEATURE
    public const uint PtpRisingEdge = 2; // PTP_RISING_EDGE
    public const uint PtpStrict = 8; // PTP_STRICT_FLAGS
    public const uint PtpFunctionExternal = 1; // PTP_PF_EXTTS
    public const int PtpSamplesMax = 25; // PTP_MAX_SAMPLES

    public const uint GpioGetLine = 0xc250b407; // GPIO_V2_GET_LINE_IOCTL
    public const ulong GpioInput = 4; // GPIO_V2_LINE_FLAG_INPUT
    public const ulong GpioEdgeRising = 0x10; // GPIO_V2_LINE_FLAG_EDGE_RISING
    public const uint GpioEventRising = 1; // GPIO_V2_LINE_EVENT_RISING_EDGE

    public const uint TerminalGet = 0x802c542a; // TCGETS2
    public const uint TerminalSet = 0x402c542b; // TCSETS2
    public const uint SpeedIsNumber = 0x1000; // BOTHER
    public const uint EightBits = 0x30; // CS8
    public const uint Receive = 0x80; // CREAD
    public const uint IgnoreModem = 0x800; // CLOCAL

    public const int NonBlocking = 0x800; // O_NONBLOCK
    public const int NoControllingTerminal = 0x100; // O_NOCTTY
    public const int NotATerminal = 25; // ENOTTY
    public const int TimedOut = 110; // ETIMEDOUT

    private const string Library = "libc";

    /// <summary>Never waits: the runtime need not be told of the call. Sets no last error.</summary>
    [LibraryImport(Library, EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    public static partial int GetTime(int clock, out TimeSpec time);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static unsafe partial int Control(SafeFileHandle file, nuint request, void* argument);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, Span<byte> destination, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> source, nuint count);

    /// <summary>ioctl with a structure of any unmanaged type; the negative error number where it fails.</summary>
    public static unsafe int Control<T>(SafeFileHandle file, uint request, ref T argument)
        where T : unmanaged
    {
        fixed (T* pointer = &argument)
        {
            return Control(file, request, pointer) < 0 ? -Marshal.GetLastPInvokeError() : 0;
        }
    }

    /// <summary>Opens a device.</summary>
    /// <exception cref="IOException">It is not there, or not ours.</exception>
    public static SafeFileHandle Open(string path, int flags)
    {
        int file = LibC.Open(path, flags | LibC.CloseOnExec, 0);
        return file >= 0
            ? new SafeFileHandle(file, ownsHandle: true)
            : throw Failure(path, "open the device", Marshal.GetLastPInvokeError());
    }

    /// <summary>Reads one whole structure; false where there is none within the time.</summary>
    /// <exception cref="IOException">The device is gone.</exception>
    public static unsafe bool TryRead<T>(SafeFileHandle file, string path, int timeoutMs, out T value)
        where T : unmanaged
    {
        value = default;
        if (!IsReadable(file, path, timeoutMs))
        {
            return false;
        }

        fixed (T* pointer = &value)
        {
            nint taken = Read(file, new Span<byte>(pointer, sizeof(T)), (nuint)sizeof(T));
            int error = taken < 0 ? Marshal.GetLastPInvokeError() : 0;
            return taken == sizeof(T) || (error is LibC.TryAgain or LibC.Interrupted
                ? false
                : throw Failure(path, "read from the device", error));
        }
    }

    /// <summary>Waits until there is something to read.</summary>
    /// <exception cref="IOException">The device is gone.</exception>
    public static unsafe bool IsReadable(SafeFileHandle file, string path, int timeoutMs)
    {
        Packets.PollEntry entry = new()
        {
            File = (int)file.DangerousGetHandle(), Events = Packets.PacketCalls.PollIn,
        };
        int ready = Packets.PacketCalls.Poll(&entry, 1, timeoutMs);
        int error = Marshal.GetLastPInvokeError();
        if (ready < 0 && error != LibC.Interrupted)
        {
            throw Failure(path, "wait for the device", error);
        }

        return ready > 0;
    }

    /// <summary>One line: which device, what was tried, what the kernel said.</summary>
    public static IOException Failure(string path, string what, int error) =>
        new($"{path}: cannot {what}: {(error == 0 ? "it ended" : Marshal.GetPInvokeErrorMessage(error))}");
}
