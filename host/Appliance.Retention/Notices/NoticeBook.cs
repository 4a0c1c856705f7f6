using System.Text;
using System.Text.Json;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Notices;

/// <summary>
/// How long the records of each notice are kept, as operator and custodian signed it; at a store and, on its own, at a
/// warden. The latest term counts and is at most twelve months; a withdrawal is for good. What was forgotten once is
/// written down (<c>first-days.json</c>), so that a longer term, or keys that come back from a copy, revive nothing.
/// <code>
/// notices/NAME.keeping       orders that both have signed
/// notices/first-days.json    by notice, the first day that was not forgotten yet; 2147483647 where it was withdrawn
/// </code>
/// </summary>
internal sealed class NoticeBook
{
    public const string Ending = ".keeping";

    /// <summary>Days after their own that records are kept where nobody ordered less: twelve months.</summary>
    public const int DaysMax = 365;

    /// <summary>Stands for "no day is kept", also in first-days.json.</summary>
    public const int NoDay = int.MaxValue;

    private const string FloorFile = "first-days.json";

    private readonly string folder;
    private readonly List<KeepingOrder> orders = [];
    private readonly SortedDictionary<string, int> floors = new(StringComparer.Ordinal);

    private NoticeBook(string folder) => this.folder = folder;

    /// <summary>Every order, the earliest first.</summary>
    public IReadOnlyList<KeepingOrder> Orders => orders;

    /// <summary>Notices that an order names.</summary>
    public IEnumerable<Id16> Notices => orders.Select(order => order.Subject).Distinct();

    /// <summary>Latest time that both said it was, UTC microseconds since 1970; 0 where they never had to.</summary>
    public ulong ConfirmedUs { get; private set; }

    /// <summary>Reads a folder; an absent one has no orders.</summary>
    /// <param name="folder">Folder of signed orders.</param>
    /// <param name="trust">Pinned keys; null: there are none, so no order is believed.</param>
    /// <exception cref="ArchiveException">A file is not what both have signed.</exception>
    public static NoticeBook Load(string folder, ControlTrust? trust)
    {
        var book = new NoticeBook(folder);
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Ending) : [])
        {
            KeepingOrder? order = null;
            Refusal refusal = trust is null
                ? Refusal.ForeignKey
                : KeepingOrder.TryVerify(File.ReadAllBytes(file), trust, out order);
            if (refusal != Refusal.None || order!.Kind == KeepingKind.HoldEnded)
            {
                throw new ArchiveException($"{file} is no order to rely on: {refusal.Sentence()}; remove it");
            }

            if (order.Kind == KeepingKind.ClockConfirmed)
            {
                book.ConfirmedUs = Math.Max(book.ConfirmedUs, order.UtcUs);
                continue;
            }

            book.orders.Add(order);
        }

        book.orders.Sort(static (left, right) => left.UtcUs.CompareTo(right.UtcUs));
        book.ReadFloors();
        return book;
    }

    /// <summary>The book of a store.</summary>
    /// <exception cref="ArchiveException">A file is not what both have signed.</exception>
    public static NoticeBook Of(StoreFolder store) => Load(
        store.Notices, File.Exists(store.TrustFile) ? WardenTrust.Read(store.TrustFile).Control : null);

    /// <summary>Name of the file of an order.</summary>
    public static string NameOf(KeepingOrder order) =>
        order.Kind == KeepingKind.ClockConfirmed
            ? $"clock-{order.UtcUs}"
            : $"{order.Subject}-{order.UtcUs}-{(order.Kind == KeepingKind.Withdrawn ? "withdrawn" : "term")}";

    /// <summary>The signed orders, as they lie in a folder.</summary>
    public static IReadOnlyList<byte[]> Papers(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, "*" + Ending).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]
        : [];

    /// <summary>When a notice was withdrawn; null where it is not, or not yet.</summary>
    public KeepingOrder? Withdrawal(Id16 notice, ulong nowUtcUs) => orders.Find(
        order => order.Kind == KeepingKind.Withdrawn && order.Subject == notice && order.IsInForce(nowUtcUs));

    /// <summary>Days after their own that records of a notice are kept.</summary>
    public int DaysOf(Id16 notice, ulong nowUtcUs)
    {
        uint days = DaysMax;
        foreach (KeepingOrder order in orders)
        {
            bool counts = order.Kind == KeepingKind.Term && order.Subject == notice && order.IsInForce(nowUtcUs);
            days = counts ? order.Days : days;
        }

        return (int)Math.Min(days, DaysMax);
    }

    /// <summary>
    /// First UTC day since 1970 of which records of a notice are kept; <see cref="NoDay"/> where it is withdrawn.
    /// </summary>
    public int FirstDay(Id16 notice, ulong nowUtcUs)
    {
        if (Withdrawal(notice, nowUtcUs) is not null)
        {
            return NoDay;
        }

        int first = (int)(nowUtcUs / StoreLimits.DayUs) - DaysOf(notice, nowUtcUs);
        return Math.Max(first, floors.GetValueOrDefault(notice.ToString()));
    }

    /// <summary>
    /// True where nothing is kept under a notice any more, also where its order is gone and what it did is all that is
    /// left of it.
    /// </summary>
    public bool IsWithdrawn(Id16 notice, ulong nowUtcUs) => FirstDay(notice, nowUtcUs) == NoDay;

    /// <summary>First UTC day since 1970 of a notice that was not forgotten yet; 0 where nothing was.</summary>
    public int Forgotten(Id16 notice) => floors.GetValueOrDefault(notice.ToString());

    /// <summary>True where days were forgotten here.</summary>
    public bool HasForgotten => floors.Count > 0;

    /// <summary>A key set that comes, without what must not come back.</summary>
    public KeySet WithoutForgotten(KeySet set, ulong nowUtcUs)
    {
        bool isWithdrawn = IsWithdrawn(set.Notice, nowUtcUs);
        return set.Without(key => isWithdrawn || key.Day < Forgotten(set.Notice), out _);
    }

    /// <summary>True for a private day key whose time is over: by its own day, also where it is the last.</summary>
    public bool IsOver(Id16 notice, RecipientKey key, ulong nowUtcUs) => key.Day < FirstDay(notice, nowUtcUs);

    /// <summary>Remembers, durable, what is forgotten from now on: no later order goes behind it.</summary>
    /// <param name="notices">Notices that something was kept under.</param>
    /// <param name="firstDayOf">First day of each that is still kept.</param>
    public void Remember(IEnumerable<Id16> notices, Func<Id16, int> firstDayOf)
    {
        bool changed = false;
        foreach (Id16 notice in notices)
        {
            int first = firstDayOf(notice);
            string name = notice.ToString();
            if (first > floors.GetValueOrDefault(name))
            {
                floors[name] = first;
                changed = true;
            }
        }

        if (changed)
        {
            DurableFile.MakeFolder(folder);
            string file = Path.Combine(folder, FloorFile);
            DurableFile.Put(file, file + ".part", Encoding.UTF8.GetBytes(
                JsonSerializer.Serialize(floors, WardenJson.Options) + "\n"));
        }
    }

    private void ReadFloors()
    {
        string file = Path.Combine(folder, FloorFile);
        if (!File.Exists(file))
        {
            return;
        }

        try
        {
            foreach ((string notice, int day) in
                JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(file)) ?? [])
            {
                floors[notice] = day;
            }
        }
        catch (JsonException wrong)
        {
            throw new ArchiveException($"{file} is damaged ({wrong.Message}); restore it from a copy", wrong);
        }
    }
}
