using System.Reflection;
using System.Security.Cryptography;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>Which program this is, for the epoch statement.</summary>
/// <param name="Version">Version of the product.</param>
/// <param name="Hash">SHA-256 over the product's assemblies, in the order of their names.</param>
public sealed record SoftwareIdentity(string Version, Hash32 Hash)
{
    /// <summary>The running program.</summary>
    public static SoftwareIdentity OfRunning()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] assemblies = Directory.GetFiles(AppContext.BaseDirectory, "Appliance.*.dll");
        foreach (string file in assemblies.Order(StringComparer.Ordinal))
        {
            hash.AppendData(File.ReadAllBytes(file));
        }

        string version = typeof(SoftwareIdentity).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return new SoftwareIdentity(version, Hash32.FromBytes(hash.GetHashAndReset()));
    }
}
