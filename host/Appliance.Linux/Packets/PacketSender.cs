using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux.Packets;

/// <summary>
/// Sends whole frames on an interface, past the queueing discipline: for the lab and the system tests.
/// </summary>
public sealed class PacketSender : IDisposable
{
    private readonly SafeFileHandle socket;
    private readonly string name;

    /// <exception cref="IOException">No such interface, or not permitted.</exception>
    public PacketSender(string interfaceName)
    {
        name = interfaceName;
        socket = PacketCalls.OpenSocket(name);
        PacketCalls.Set(socket, name, PacketCalls.LevelPacket, PacketCalls.QueueBypass, 1, "pass the queue by");
        _ = PacketCalls.BindTo(socket, name, 0); // Protocol 0: receives nothing.
    }

    /// <summary>Hands one frame, link header first, to the driver; false where it has no room now.</summary>
    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        if (PacketCalls.Send(socket, frame, (nuint)frame.Length, 0) == frame.Length)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() is LibC.NoBufferSpace or LibC.TryAgain or LibC.Interrupted
            ? false
            : throw PacketCalls.Failure(name, "send a frame");
    }

    public void Dispose() => socket.Dispose();
}
