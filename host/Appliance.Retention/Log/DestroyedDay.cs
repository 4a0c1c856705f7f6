using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>Day keys of a statement of destruction, by day: what people are shown of it.</summary>
/// <param name="Day">UTC day.</param>
/// <param name="Keys">Private keys of it.</param>
/// <param name="Role">Who held them.</param>
/// <param name="Device">Device whose batches they opened.</param>
/// <param name="Notice">Notice that those were kept under.</param>
internal sealed record DestroyedDay(string Day, int Keys, string Role, string Device, string Notice)
{
    /// <summary>The days of an entry; none where it is about something else.</summary>
    public static IReadOnlyList<DestroyedDay> Of(TransparencyLog log, LoggedEntry entry) =>
        entry.Entry.Kind == LogKind.Destroy
            && log.Content(entry.Index) is { } content
            && DestroyStatement.TryRead(content.Content, out DestroyStatement? statement) == Refusal.None
                ? Of(statement!)
                : [];

    private static List<DestroyedDay> Of(DestroyStatement statement) =>
    [
        .. statement.Keys
            .GroupBy(key => (key.Day, key.Role, key.Device, key.Notice))
            .OrderBy(group => group.Key.Day)
            .Select(group => new DestroyedDay(
                StoreFolder.DayName(group.Key.Day),
                group.Count(),
                group.Key.Role switch
                {
                    KeyRole.Ingest => "ingest", KeyRole.WardenA => "warden-a", _ => "warden-b",
                },
                group.Key.Device.ToString(),
                group.Key.Notice.ToString())),
    ];
}
