using Appliance.Retention.Archive;
using Appliance.Retention.Notices;
using Appliance.Retention.Warden;
using Appliance.Wire;
using Refusal = Appliance.Wire.Refusal;

namespace Appliance.Retention.Forgetting;

/// <summary>
/// What a warden keeps and since when: its clock, and the orders about notices. It destroys by what is certain, and
/// gives away by the later of both times: what a guarded clock has not destroyed yet it opens for nobody.
/// </summary>
internal sealed class KeptTerm
{
    private readonly string folder;
    private readonly ControlTrust trust;
    private readonly KeyRing ring;
    private readonly ForgetClock clock;
    private readonly Dictionary<Id16, ulong> latest = [];

    /// <param name="folder">The warden's.</param>
    /// <param name="trust">Keys of operator and custodian.</param>
    /// <param name="ring">Its day keys.</param>
    /// <param name="time">Clock of this machine.</param>
    public KeptTerm(WardenFolder folder, ControlTrust trust, KeyRing ring, TimeProvider time)
    {
        this.folder = folder.Notices;
        this.trust = trust;
        this.ring = ring;
        clock = ForgetClock.Open(folder.Root, time);
        Book = NoticeBook.Load(this.folder, trust);
        clock.Reach(Book.ConfirmedUs);
        SignsOfTime.Begin(clock, folder.KeyFolder);
        clock.Save();
    }

    public NoticeBook Book { get; private set; }

    /// <summary>Why orders about notices are not acted on; null where all are.</summary>
    public string? Problem { get; private set; }

    /// <summary>The time that destroying goes by.</summary>
    public ForgetTime Now => clock.Read();

    /// <summary>True where keys of this day are given away no more.</summary>
    public bool IsOver(Id16 notice, int day) => day < Book.FirstDay(notice, Now.LatestUs);

    /// <summary>True where this order is acted on.</summary>
    public bool Knows(KeepingOrder order) => order.Kind == KeepingKind.ClockConfirmed
        ? Book.ConfirmedUs >= order.UtcUs
        : Book.Orders.Contains(order);

    /// <summary>
    /// Orders that came into the folder count; one that cannot be relied on leaves those that were known: days go on
    /// ending by these, and status and whoever brings an order are told.
    /// </summary>
    public void Look()
    {
        try
        {
            Book = NoticeBook.Load(folder, trust);
            Problem = null;
        }
        catch (Exception failure) when (failure is ArchiveException or IOException or UnauthorizedAccessException)
        {
            Problem = failure.Message;
        }

        clock.Reach(Book.ConfirmedUs);
        clock.Save();
    }

    /// <summary>
    /// A verified manifest says that it is at least so late. Of several devices one alone moves nothing: who shows
    /// manifests could choose them; and none moves it ahead of this machine's clock.
    /// </summary>
    public void Saw(Manifest manifest)
    {
        ulong utc = (ulong)LeapSeconds.ToUtc(manifest.Last);
        if (utc > Now.ClockUs + StoreLimits.DayUs)
        {
            return;
        }

        latest[manifest.Device] = Math.Max(utc, latest.GetValueOrDefault(manifest.Device));
        if ((latest.Count > 1 || ring.Devices.Count == 1) && SignsOfTime.Of(latest.Values) is { } signed)
        {
            clock.Reach(signed);
        }
    }
}
