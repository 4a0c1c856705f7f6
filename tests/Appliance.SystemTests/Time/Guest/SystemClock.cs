using System.Runtime.InteropServices;
using Appliance.Linux.Clocks;

namespace Appliance.SystemTests.Time.Guest;

/// <summary>Turns the system clock. Only ever in a machine that is the test's own.</summary>
internal static class SystemClock
{
    private const int Realtime = 0;
    private const uint AdjFrequency = 2; // ADJ_FREQUENCY
    private const uint AdjMaxErrorAndStatus = 0x14; // ADJ_MAXERROR, ADJ_STATUS
    private const int TimexBytes = 208; // struct timex, sys/timex.h
    private const long SecondNs = 1_000_000_000;

    private static readonly SetCall Set = Call<SetCall>("clock_settime");
    private static readonly AdjustCall Adjust = Call<AdjustCall>("adjtimex");

    private delegate int SetCall(int clock, in TimeSpec time);

    private delegate int AdjustCall([In, Out] byte[] timex);

    /// <summary>Puts it elsewhere.</summary>
    /// <param name="byNs">ns; negative is back.</param>
    public static void Step(long byNs)
    {
        long then = CounterReader.SystemClock().Reading.Nanoseconds + byNs;
        Must(Set(Realtime, new TimeSpec { Seconds = then / SecondNs, Nanoseconds = then % SecondNs }));
    }

    /// <summary>Lets it run fast or slow from now on.</summary>
    /// <param name="ppm">-500 to 500, which is the most that the kernel takes.</param>
    public static void Steer(int ppm)
    {
        byte[] timex = new byte[TimexBytes];
        BitConverter.TryWriteBytes(timex, AdjFrequency);
        BitConverter.TryWriteBytes(timex.AsSpan(16), (long)ppm << 16);
        Must(Math.Min(Adjust(timex), 0));
    }

    /// <summary>Says that somebody disciplines it, as chronyd does once it has set it.</summary>
    /// <param name="maxErrorUs">What it is off at most, microseconds.</param>
    public static void Vouch(int maxErrorUs)
    {
        byte[] timex = new byte[TimexBytes]; // Status 0: STA_UNSYNC is not set.
        BitConverter.TryWriteBytes(timex, AdjMaxErrorAndStatus);
        BitConverter.TryWriteBytes(timex.AsSpan(24), (long)maxErrorUs);
        Must(Math.Min(Adjust(timex), 0));
    }

    private static void Must(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException("the system clock cannot be turned; it takes root");
        }
    }

    private static T Call<T>(string name)
        where T : Delegate =>
        Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), name));

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
