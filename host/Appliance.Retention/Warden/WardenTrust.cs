using System.Text;
using System.Text.Json;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>The keys that a warden pins: nothing that a store says replaces them.</summary>
/// <param name="Control">Operator and custodian, who together enrol people and confirm rules.</param>
/// <param name="Log">Identity of the log.</param>
/// <param name="LogKey">Key of its checkpoints.</param>
/// <param name="IsLab">True: rules that nobody confirmed decide as well. Never where real records are.</param>
/// <param name="Witness">Key of a second witness, without whose cosignature nothing is released; null: the warden
/// alone.</param>
internal sealed record WardenTrust(
    ControlTrust Control, Id16 Log, PublicKey LogKey, bool IsLab, PublicKey? Witness = null)
{
    /// <summary>What a warden watches the log by.</summary>
    public WatchedLog Watched => new(Log, LogKey, Witness);

    /// <summary>Reads the file.</summary>
    /// <exception cref="ArchiveException">It is not there, or not what it should be.</exception>
    public static WardenTrust Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new ArchiveException($"{path} is not there; set the warden up with `retention warden init`");
        }

        Keys? keys;
        try
        {
            keys = JsonSerializer.Deserialize<Keys>(File.ReadAllText(path), WardenJson.Options);
        }
        catch (JsonException wrong)
        {
            throw new ArchiveException($"{path} is not the JSON that it should be: {wrong.Message}", wrong);
        }

        return keys is not null
            && TryPoint(keys.Operator, out PublicKey? operatorKey)
            && TryPoint(keys.Custodian, out PublicKey? custodian)
            && !operatorKey!.IsSame(custodian!)
            && TryPoint(keys.LogKey, out PublicKey? logKey)
            && Id16.TryParse(keys.Log, out Id16 log)
            && TryWitness(keys.Witness, out PublicKey? witness)
                ? new WardenTrust(new ControlTrust(operatorKey, custodian!), log, logKey!, keys.Lab, witness)
                : throw new ArchiveException(
                    $"{path} must name operator, custodian and log_key as points of 130 hexadecimal digits, the first "
                        + "two different, and log as 32 digits; witness may be a point too");
    }

    /// <summary>Writes the file, durable.</summary>
    public void Write(string path)
    {
        var keys = new Keys(
            Hex(Control.Operator),
            Hex(Control.Custodian),
            Log.ToString(),
            Hex(LogKey),
            IsLab,
            Witness is null ? null : Hex(Witness));
        DurableFile.Put(path, path + ".part", Encoding.UTF8.GetBytes(
            JsonSerializer.Serialize(keys, WardenJson.Options) + "\n"));
    }

    /// <summary>Reads a public point of 130 hexadecimal digits.</summary>
    public static bool TryPoint(string? text, out PublicKey? key)
    {
        key = null;
        Span<byte> point = stackalloc byte[65];
        return text?.Length == 2 * point.Length
            && Convert.FromHexString(text, point, out _, out _) == System.Buffers.OperationStatus.Done
            && PublicKey.TryFromPoint(point, out key);
    }

    private static bool TryWitness(string? text, out PublicKey? key)
    {
        key = null;
        return text is null || TryPoint(text, out key);
    }

    private static string Hex(PublicKey key) => Convert.ToHexStringLower(key.Point.Span);

    private sealed record Keys(
        string Operator, string Custodian, string Log, string LogKey, bool Lab, string? Witness = null);
}
