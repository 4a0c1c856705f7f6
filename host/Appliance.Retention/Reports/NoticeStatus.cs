using Appliance.Retention.Archive;
using Appliance.Retention.Notices;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;
using static System.FormattableString;

namespace Appliance.Retention.Reports;

/// <summary>How long one notice keeps. Times are UTC.</summary>
/// <param name="Notice">The notice, 32 hexadecimal digits.</param>
/// <param name="Days">Days after their own that records are kept; 0 where it is withdrawn.</param>
/// <param name="FirstDay">First day that is kept; null where it is withdrawn.</param>
/// <param name="Withdrawn">From when on an order withdraws it, also if that is still to come; null: none does.</param>
/// <param name="IsWithdrawn">True where that is so now.</param>
/// <param name="Reason">What the latest order gives as its reason; null where there is none.</param>
internal sealed record NoticeStatus(
    string Notice, int Days, string? FirstDay, string? Withdrawn, bool IsWithdrawn, string? Reason)
{
    /// <summary>Every notice that keys or orders name.</summary>
    public static IReadOnlyList<NoticeStatus> Of(StoreFolder folder, TimeProvider clock)
    {
        var book = NoticeBook.Of(folder);
        ulong now = UtcClock.Now(clock);
        return
        [
            .. KeyRing.Load(folder).Devices.SelectMany(device => device.Notices)
                .Concat(book.Notices)
                .Distinct()
                .Select(notice => Of(book, notice, now))
                .OrderBy(status => status.Notice, StringComparer.Ordinal),
        ];
    }

    /// <summary>One line for people.</summary>
    public string ToText() =>
        IsWithdrawn && Withdrawn is null
            ? $"notice   {Notice}: withdrawn, by an order that is not here any more; nothing is kept under it"
        : IsWithdrawn
            ? $"notice   {Notice}: withdrawn since {Withdrawn} ({Reason}); nothing is kept under it"
        : Invariant($"notice   {Notice}: {Days} days, kept from {FirstDay} on")
            + (Withdrawn is null ? "" : $"; withdrawn from {Withdrawn} on ({Reason})");

    private static NoticeStatus Of(NoticeBook book, Id16 notice, ulong now)
    {
        bool isWithdrawn = book.IsWithdrawn(notice, now);
        KeepingOrder? withdrawal = book.Withdrawal(notice, now);
        KeepingOrder? last = withdrawal ?? book.Withdrawal(notice, ulong.MaxValue)
            ?? book.Orders.LastOrDefault(order => order.Subject == notice);
        return new NoticeStatus(
            notice.ToString(),
            isWithdrawn ? 0 : book.DaysOf(notice, now),
            isWithdrawn ? null : StoreFolder.DayName(book.FirstDay(notice, now)),
            last?.Kind == KeepingKind.Withdrawn
                ? UtcText.Of(LeapSeconds.ToTai((long)Math.Max(last.UtcUs, last.FromUtcUs)))
                : null,
            isWithdrawn,
            last?.Reason);
    }
}
