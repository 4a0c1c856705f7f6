using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux.Packets;

/// <summary>
/// Runs something in a named network namespace (ip-netns(8)). The namespace belongs to a thread of its own that ends
/// with it; sockets opened there keep it.
/// </summary>
public static class NetworkNamespace
{
    /// <exception cref="IOException">No such namespace, or not permitted.</exception>
    public static T Run<T>(string name, Func<T> inside)
    {
        T? result = default;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Enter(name);
                result = inside();
            }
            catch (Exception caught)
            {
                failure = caught; // Thrown again below, on the caller's thread.
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new IOException($"namespace {name}: {failure.Message}", failure);
    }

    private static void Enter(string name)
    {
        using SafeFileHandle file = SyncedFile.Open($"/run/netns/{name}", LibC.ReadOnly);
        if (PacketCalls.SetNamespace(file, PacketCalls.NetworkNamespace) < 0)
        {
            throw PacketCalls.Failure(name, "enter the network namespace");
        }
    }
}
