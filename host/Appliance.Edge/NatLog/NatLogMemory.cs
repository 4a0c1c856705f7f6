using System.Security.Cryptography;
using Appliance.Edge.Service;
using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Edge.NatLog;

/// <summary>
/// What NATs told a box, over a restart: left sealed at a stop, taken up before anything is heard. After a crash there
/// is none: what it does not know of the time since would have to be doubted.
/// </summary>
internal sealed class NatLogMemory(KeySet keys, string path) : IDisposable
{
    // All that can be remembered, at 112 bytes each, and the streams.
    private const long BytesMax = 1L << 32;

    private readonly SealedTable table = new(keys, "bindings", path, Math.Min(BytesMax, Array.MaxLength));

    /// <summary>Takes up what the run before left; says in words what became of it.</summary>
    public string TakeUp(FlowEngine engine, ExportDecoder exports, long nowNs)
    {
        if (table.Read(out string word) is not { } plain)
        {
            return word;
        }

        bool isTaken = WitnessSnapshot.TryRead(engine, exports, plain, nowNs, out int count);
        CryptographicOperations.ZeroMemory(plain);
        table.Remove();
        return isTaken ? $"{count} taken up" : "too old: gone";
    }

    /// <summary>Leaves what is known; null, or why it could not be.</summary>
    public string? Leave(FlowEngine engine, ExportDecoder exports, long nowNs) =>
        table.Leave(WitnessSnapshot.Write(engine, exports, nowNs));

    /// <summary>Nothing of it is kept: the notice is withdrawn.</summary>
    public void Forget() => table.Remove();

    public void Dispose() => table.Dispose();
}
