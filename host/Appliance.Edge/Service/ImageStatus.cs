using System.Globalization;
using System.Text.Json;

namespace Appliance.Edge.Service;

/// <summary>The box's own Linux image, as its update script (hardware/image) says it in a file.</summary>
public sealed record ImageStatus
{
    /// <summary>Where the script writes; a box that was installed without the image has none.</summary>
    internal const string File = "/run/image/status";

    // The script writes one line of at most some 400 bytes.
    private const int BytesMax = 4096;

    /// <summary>Number of the image that runs.</summary>
    public required int Number { get; init; }

    /// <summary>a or b.</summary>
    public required string Slot { get; init; }

    /// <summary>It was not called good yet: a restart may bring the one before.</summary>
    public required bool Trial { get; init; }

    /// <summary>An update that the next start tries.</summary>
    public int? Waiting { get; init; }

    /// <summary>An update that used up its tries.</summary>
    public int? Failed { get; init; }

    /// <summary>Why it failed, where it could say it; else empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What an engineer must know of it; null where nothing is wrong.</summary>
    internal string? Alarm => Failed is not { } failed ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"image {failed} did not stay up in its tries ({(Reason.Length > 0 ? Reason : "it left no reason")}); "
        + $"image {Number} runs again; install one with a higher number");

    /// <summary>Reads the file; null where there is none, or none that can be understood.</summary>
    internal static ImageStatus? Read(string file = File)
    {
        try
        {
            FileInfo found = new(file);
            return found.Exists && found.Length <= BytesMax
                ? JsonSerializer.Deserialize<ImageStatus>(System.IO.File.ReadAllText(file), BoxStatus.Json)
                : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
