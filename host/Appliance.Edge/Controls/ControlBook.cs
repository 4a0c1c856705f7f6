using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Edge.Controls;

/// <summary>A message that was taken, as it is kept.</summary>
/// <param name="Number">Of the message.</param>
/// <param name="What">What it said.</param>
/// <param name="IsTold">It stands in a manifest that is durable.</param>
internal sealed record TakenControl(ulong Number, string What, bool IsTold = false);

/// <summary>
/// What control messages have changed for good: the number of the last and the notices that are withdrawn. It is on
/// flash before anything takes effect, in a file beside the journal, whose lock says who may write. Any thread.
/// </summary>
/// <remarks>
/// A book that does not read, or is older than what the box's own manifests say, was put back or lost, and a withdrawal
/// may be hidden: nothing is recorded until a newer message says what is withdrawn. A box that was given a new identity
/// begins to count anew; what was withdrawn stays withdrawn.
/// </remarks>
internal sealed class ControlBook
{
    private const string Name = "control.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    private readonly Lock gate = new();
    private readonly string path;
    private Content content;

    private ControlBook(string path, Content content)
    {
        this.path = path;
        this.content = content;
    }

    /// <summary>Number of the last message that was taken; 0: none was.</summary>
    public ulong LastNumber => Read(static now => now.LastNumber);

    /// <summary>What was told is lost: nothing may be recorded.</summary>
    public bool IsLost => Read(static now => now.IsLost);

    /// <summary>Messages taken last, the oldest first.</summary>
    public IReadOnlyList<TakenControl> Taken => Read(static now => now.Taken);

    /// <summary>Notices that were withdrawn.</summary>
    public IReadOnlyList<string> Withdrawn => Read(static now => now.Withdrawn);

    /// <summary>Reads the book, or begins one where there is none. Writing needs the lock of the folder.</summary>
    /// <param name="folder">Folder of the journal.</param>
    /// <param name="device">This device.</param>
    public static ControlBook Open(string folder, Id16 device)
    {
        string path = Path.Combine(Path.GetFullPath(folder), Name);
        Content begun = new() { Device = device.ToString() };
        return new ControlBook(path, !File.Exists(path) ? begun : ReadContent(path, begun));
    }

    /// <summary>Whether anything may be recorded under a notice.</summary>
    public bool MayRecord(Id16 notice) =>
        Read(now => !now.IsLost && !now.Withdrawn.Contains(notice.ToString()));

    /// <summary>True for the very bytes of the message that was taken last.</summary>
    public bool IsLast(ReadOnlySpan<byte> message)
    {
        string hash = Hash32.Of(message).ToString();
        return Read(now => now.LastHash == hash);
    }

    /// <summary>
    /// Takes a withdrawal: true once it is on flash. Whatever the book had lost it now knows again. False where the
    /// flash does not take it, or it remembers no more.
    /// </summary>
    /// <param name="control">Checked, and newer than the last.</param>
    /// <param name="withdrawal">Its body.</param>
    /// <param name="message">Its bytes as they came.</param>
    public bool TryTake(Control control, NoticeWithdrawal withdrawal, ReadOnlySpan<byte> message)
    {
        string hash = Hash32.Of(message).ToString();
        lock (gate)
        {
            string[] all = [.. content.Withdrawn
                .Union(withdrawal.Notices.Select(static notice => notice.ToString()))
                .Order(StringComparer.Ordinal)];
            TakenControl taken = new(control.Number, WordsOf(withdrawal));
            return control.Number > content.LastNumber && all.Length <= ControlLimits.WithdrawnMax
                && TryWrite(content with
                {
                    LastNumber = control.Number,
                    LastHash = hash,
                    IsLost = false,
                    Withdrawn = all,
                    Taken = [.. content.Taken.TakeLast(ControlLimits.TakenKept - 1), taken],
                });
        }
    }

    /// <summary>
    /// Holds the book against the number that the last durable manifest names. Where that is higher, the book was put
    /// back or lost.
    /// </summary>
    /// <returns>True where it was not.</returns>
    public bool TryAgreeWith(ulong manifestNumber)
    {
        lock (gate)
        {
            if (manifestNumber <= content.LastNumber)
            {
                return true;
            }

            // Also where the flash does not take it: the next start finds the same.
            Content lost = content with { LastNumber = manifestNumber, LastHash = "", IsLost = true };
            content = TryWrite(lost) ? content : lost;
            return false;
        }
    }

    /// <summary>Messages taken that stand in no manifest yet, the oldest first.</summary>
    public IReadOnlyList<TakenControl> Untold() =>
        Read(static now => (TakenControl[])[.. now.Taken.Where(static one => !one.IsTold)]);

    /// <summary>They stand in a manifest that is durable.</summary>
    public void Told(IReadOnlyList<TakenControl> told)
    {
        lock (gate)
        {
            TryWrite(content with
            {
                Taken = [.. content.Taken.Select(
                    one => told.Any(t => t.Number == one.Number) ? one with { IsTold = true } : one)],
            });
        }
    }

    private static string WordsOf(NoticeWithdrawal withdrawal) =>
        withdrawal.Notices.Count == 0 ? "no further notice withdrawn"
        : withdrawal.Notices.Count == 1 ? $"notice {withdrawal.Notices[0]} withdrawn"
        : $"{withdrawal.Notices.Count} notices withdrawn, the first {withdrawal.Notices[0]}";

    private static Content ReadContent(string path, Content begun)
    {
        try
        {
            Content? read = new FileInfo(path).Length > ControlLimits.BookBytesMax
                ? null
                : JsonSerializer.Deserialize<Content>(File.ReadAllText(path), Json);
            return read is not { Version: 1 } ? begun with { IsLost = true }
                : read.Device == begun.Device ? read
                : begun with { Withdrawn = read.Withdrawn, IsLost = read.IsLost };
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            return begun with { IsLost = true };
        }
    }

    private T Read<T>(Func<Content, T> part)
    {
        lock (gate)
        {
            return part(content);
        }
    }

    // In memory it counts only once it is on flash.
    private bool TryWrite(Content next)
    {
        try
        {
            DurableFile.Put(path, path + ".new", JsonSerializer.SerializeToUtf8Bytes(next, Json));
            content = next;
            return true;
        }
        catch (JournalDeviceException)
        {
            return false;
        }
    }

    private sealed record Content
    {
        public int Version { get; init; } = 1;

        public required string Device { get; init; }

        public ulong LastNumber { get; init; }

        public string LastHash { get; init; } = "";

        public bool IsLost { get; init; }

        public IReadOnlyList<string> Withdrawn { get; init; } = [];

        public IReadOnlyList<TakenControl> Taken { get; init; } = [];
    }
}
