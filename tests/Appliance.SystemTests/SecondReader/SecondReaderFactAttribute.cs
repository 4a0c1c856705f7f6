using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.SecondReader;

/// <summary>
/// A test that needs Debian's Python with the second reader's packages, openssl for its checks, and folders of the
/// shared data; skipped, visibly, where one is absent.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SecondReaderFactAttribute : FactAttribute
{
    public SecondReaderFactAttribute(params string[] folders)
    {
        string? folder = folders.FirstOrDefault(f => Checkout.Data(f) is null);
        string[] programs = [PythonReader.Python, PythonReader.Cbor2, PythonReader.Cryptography, "openssl"];
        Skip = InstalledPrograms.Complaint(programs)
            ?? (folder is null ? null : $"the shared data folder '{folder}' is not beside this checkout");
    }
}
