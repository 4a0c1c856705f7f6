using System.IO.Compression;
using System.Text.Json;
using Appliance.TestSupport;

namespace Appliance.Tests.Wire;

/// <summary>Opens vector files beside the checkout.</summary>
internal static class SharedVectors
{
    public static JsonElement Json(string folder, string file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Checkout.Data(folder)!, file));
        using Stream plain = file.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(stream, CompressionMode.Decompress)
            : stream;
        using JsonDocument document = JsonDocument.Parse(plain);
        return document.RootElement.Clone();
    }

    public static byte[] Hex(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);

    public static string Str(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static byte[] Base64Url(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
