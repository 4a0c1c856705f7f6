using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Time;
using Appliance.Wire;
using KernelSays = Appliance.Linux.Process;

namespace Appliance.Edge.Clocks;

/// <summary>
/// The clock of the box, whichever it has: one of its own where a receiver or peers are configured, else the kernel's,
/// taken at its word.
/// </summary>
internal sealed class BoxClock : IDisposable
{
    private readonly KernelClock kernel;
    private readonly ClockService? service;
    private readonly ApplianceOptions options;
    private readonly uint widestExtraUs;

    /// <summary>Opens it; the process before, if any, has ended its own.</summary>
    /// <exception cref="Journal.JournalDeviceException">The folder of the anchor log cannot be used.</exception>
    public BoxClock(ApplianceOptions options, KeySet keys, PulseOpening pulses, bool isHandedOver)
    {
        this.options = options;
        widestExtraUs = ClockSettings.ExtraPathsUs(options).Append(0u).Max();
        kernel = new KernelClock(ClockSettings.LeastPathUs(options));
        service = options.Clock.HasSources ? new ClockService(options, keys, pulses, isHandedOver) : null;
    }

    /// <summary>From stamps to true time.</summary>
    public IClockMap Map => (IClockMap?)service ?? kernel;

    /// <summary>Starts the threads of the devices.</summary>
    public void Start(Action<Exception> onFailure) => service?.Start(onFailure);

    /// <summary>
    /// The end has begun: devices are given up meanwhile, so that whoever takes over need not wait for their threads.
    /// </summary>
    public void BeginStop() => service?.BeginStop();

    /// <summary>
    /// Once a second, on the writing thread: the kernel's state is read, and what happened to a clock of our own goes
    /// into the next manifest. Of records that have left already the event is the correction; those that have not are
    /// given the wider bound.
    /// </summary>
    public void EachSecond(long nowNs, BoxPipeline box)
    {
        if (service is null)
        {
            kernel.Take(ReadKernel(nowNs));
            return;
        }

        for (int i = 0; i < Limits.EventsInManifest && service.TryTakeEvent(out ClockEvent happened); i++)
        {
            // The engine knows the shortest path; rows of another leg have more in their bounds.
            ulong bound = (ulong)happened.DoubtBoundUs + widestExtraUs;
            ClockEvent wide = happened with { DoubtBoundUs = (uint)Math.Min(bound, uint.MaxValue) };
            if (wide.DoubtSince is { } since)
            {
                box.Widen(since, wide.DoubtBoundUs);
            }

            TaiTime at = wide.Time ?? LeapSeconds.ToTai(nowNs / 1000);
            box.TryNote(new ManifestEvent(at, EventKind.Clock, wide.Words()));
        }
    }

    /// <summary>How it is.</summary>
    public ClockStatus Status()
    {
        if (service is not null)
        {
            return ClockDetail.StatusOf(service, options.Clock, ClockSettings.LeastPathUs(options));
        }

        KernelClockState known = kernel.Known;
        return new ClockStatus(
            known.IsSynchronised ? "network" : "unset",
            known.IsSynchronised ? known.MaxErrorUs + options.Clock.StampBoundMicroseconds : null);
    }

    /// <summary>What is wrong and what to do, a sentence each.</summary>
    public IEnumerable<string> Alarms() =>
        service is not null ? ClockAlarms.Of(service.Engine.Report(), service.Problems)
        : kernel.Known.IsSynchronised ? []
        : [StatusWords.ClockUnset];

    /// <inheritdoc/>
    public void Dispose() => service?.Dispose();

    private static KernelClockState ReadKernel(long nowNs)
    {
        KernelSays.KernelClockState state = KernelSays.KernelClock.Read();
        return new KernelClockState(nowNs, state.IsSynchronised, (uint)Math.Min(state.MaxErrorUs, int.MaxValue));
    }
}
